using CommandBroker.Storage.Batching;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Something the writer runs inside its transaction.</summary>
internal interface ISqliteWrite : IBatchItem
{
    /// <summary>Whether it has more than one statement, so that a fault in the middle must be undone.</summary>
    bool NeedsSavepoint { get; }

    /// <summary>Whether its caller was told how it ended.</summary>
    bool IsAnswered { get; }

    /// <summary>Runs its statements.</summary>
    void Run(SqliteSession session);

    /// <summary>Answers the caller, after the commit.</summary>
    void Complete();
}
