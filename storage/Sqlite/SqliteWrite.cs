using CommandBroker.Storage.Batching;

namespace CommandBroker.Storage.Sqlite;

/// <summary>One caller's part of a transaction.</summary>
internal abstract class SqliteWrite<TResult> : BatchItem<TResult>, ISqliteWrite
{
    private TResult? _result;

    /// <inheritdoc/>
    public virtual BatchSize Size => BatchSize.One;

    /// <inheritdoc/>
    public abstract bool NeedsSavepoint { get; }

    /// <inheritdoc/>
    public bool IsAnswered => Task.IsCompleted;

    /// <inheritdoc/>
    public void Run(SqliteSession session) => _result = Write(session);

    /// <inheritdoc/>
    public void Complete() => TrySetResult(_result!);

    /// <summary>Writes and gives the answer, which the caller gets after the flush.</summary>
    protected abstract TResult Write(SqliteSession session);
}
