namespace CommandBroker.Storage.Postgres;

/// <summary>How one part of a <see cref="Migration"/> is carried out.</summary>
internal enum MigrationPartKind
{
    /// <summary>In one transaction. For what is done in a moment once it has its locks, which it waits for in short turns.</summary>
    Transaction,

    /// <summary>One statement outside a transaction, such as <c>create index concurrently</c>: it waits without holding anybody up.</summary>
    Concurrently,

    /// <summary>One statement that changes some of the rows it is for, again and again until it changes none.</summary>
    Batches,
}
