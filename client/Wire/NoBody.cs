namespace CommandBroker.Client.Wire;

/// <summary>The body of a call that takes none: nothing, or <c>{}</c>.</summary>
public sealed record NoBody;
