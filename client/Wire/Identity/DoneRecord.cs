namespace CommandBroker.Client.Wire.Identity;

/// <summary>The answer to a call that has nothing to tell: <c>{}</c>.</summary>
public sealed record DoneRecord;
