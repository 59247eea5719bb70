namespace CommandBroker.Storage.Sqlite;

/// <summary>A write that is rare enough to be a delegate.</summary>
internal sealed class SqliteAction<TResult>(Func<SqliteSession, TResult> write) : SqliteWrite<TResult>
{
    /// <inheritdoc/>
    public override bool NeedsSavepoint => true;

    /// <inheritdoc/>
    protected override TResult Write(SqliteSession session) => write(session);
}
