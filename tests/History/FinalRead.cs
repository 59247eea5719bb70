namespace CommandBroker.History;

/// <summary>Everything that one way of reading found at the end.</summary>
/// <param name="Path">The way, as <c>api</c> or <c>sql</c>.</param>
/// <param name="Commands">Every command, open or ended.</param>
public sealed record FinalRead(string Path, IReadOnlyList<FinalCommand> Commands);
