namespace CommandBroker.Storage.Batching;

/// <summary>How much a request writes, so that a batch is bounded by it and not only by the number of its requests.</summary>
/// <param name="Rows">Rows that are written.</param>
/// <param name="Bytes">The size of their long values.</param>
internal readonly record struct BatchSize(int Rows, long Bytes)
{
    /// <summary>A batch takes no more when it would have more rows than this, or more bytes: one statement stays short, and far below what a server takes.</summary>
    public static BatchSize Most { get; } = new(4_096, 8 * 1024 * 1024);

    /// <summary>A request that is not worth measuring.</summary>
    public static BatchSize One { get; } = new(1, 0);

    /// <summary>Whether a batch of this size may take a request.</summary>
    public bool HasRoomFor(BatchSize other) => Rows + other.Rows <= Most.Rows && Bytes + other.Bytes <= Most.Bytes;

    /// <summary>Both together.</summary>
    public BatchSize Plus(BatchSize other) => new(Rows + other.Rows, Bytes + other.Bytes);
}
