namespace CommandBroker.Storage.Postgres;

/// <summary>What a pool of connections is for.</summary>
/// <param name="MaxPoolSize">The most connections, unless the connection string allows fewer or, in <see cref="General"/>, says another number.</param>
/// <param name="IsLong">Whether a statement may work for half a minute and its caller waits for as long as that takes.</param>
/// <param name="IsManyStatements">Whether a caller waits for as many statements as there are, each within the usual limit.</param>
internal sealed record PostgresUse(int MaxPoolSize, bool IsLong = false, bool IsManyStatements = false)
{
    /// <summary>Everything without a pool of its own.</summary>
    public static PostgresUse General { get; } = new(20);

    /// <summary>Reading queues, for which all else must leave room.</summary>
    public static PostgresUse Loads { get; } = new(4);

    /// <summary>Reading long queues, each by itself.</summary>
    public static PostgresUse LongLoads { get; } = new(2, IsManyStatements: true);

    /// <summary>Retention and counting, which nobody's request waits for.</summary>
    public static PostgresUse Upkeep { get; } = new(2, IsLong: true);
}
