namespace CommandBroker.Contracts;

/// <summary>What is to be changed of a source server; what is null stays.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SourceServerChange")]
public sealed record SourceServerChange
{
    /// <summary>Its new name, 1 to 64 characters; null keeps the old one.</summary>
    [Id(0)] public string? Name { get; init; }

    /// <summary>
    /// The text of one JSON object: each of its members replaces that of <see cref="SourceServerView.Details"/>, or is added.
    /// Null keeps all. The result has at most 64 KiB.
    /// </summary>
    [Id(1)] public string? Members { get; init; }
}
