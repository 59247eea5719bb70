using CommandBroker.Core;

namespace CommandBroker.Storage.Sqlite;

/// <summary>The contract of <see cref="ICommandStore"/> over one file.</summary>
internal sealed class SqliteCommandStore(SqliteReaders readers, SqliteWriter writer, SqliteLoader loader, DamageLog damage) : ICommandStore
{
    private readonly SqlitePurge _purge = new(writer, readers, damage);

    public Task<StoredQueue?> LoadAsync(SourceServerKey key) => loader.LoadAsync(key);

    public Task<CommitStatus> CommitAsync(QueueCommit commit) => writer.WriteAsync(new SqliteCommit(commit));

    public Task<Command?> FindAsync(long sourceNo, long seq) => readers.ReadAsync(session =>
        SqliteRows.ReadAll(session[CommandSql.ReadOneOpen].Bind(1, sourceNo).Bind(2, seq)).SingleOrDefault()
        ?? SqliteRows.ReadAll(session[CommandSql.ReadOneEnded].Bind(1, sourceNo).Bind(2, seq)).SingleOrDefault());

    public Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq) => readers.ReadAsync(session =>
        SqliteRows.ReadAll(session[CommandSql.ReadHandedOutOpen].Bind(1, sourceNo).Bind(2, token)).SingleOrDefault()
        ?? SqliteRows.ReadAll(session[CommandSql.ReadHandedOutEnded].Bind(1, sourceNo).Bind(2, token).Bind(3, fromSeq)).SingleOrDefault());

    public Task<RowStamp?> FindStampAsync(long sourceNo, long seq) => readers.ReadAsync(session => SqliteRows.StampOf(session, sourceNo, seq));

    public Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys) => readers.ReadAsync<IReadOnlyList<Command>>(session =>
        [.. idempotencyKeys.SelectMany(key => SqliteRows.ReadAll(session[CommandSql.ReadByKey].Bind(1, sourceNo).Bind(2, key).Bind(3, KeyHash.Of(key))))]);

    public Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq) => readers.ReadAsync<IReadOnlyList<Command>>(session =>
        SqliteRows.ReadAll(session[CommandSql.ReadOvertaken].Bind(1, sourceNo).Bind(2, seq)));

    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit) => readers.ReadAsync<IReadOnlyList<Command>>(session =>
        SqliteRows.ReadAll(session[CommandSql.ReadHistory].Bind(1, sourceNo).Bind(2, beforeSeq ?? long.MaxValue).Bind(3, limit)));

    public Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit) => readers.ReadAsync<IReadOnlyList<ulong>>(session =>
        SqliteRows.ReadTags(session[CommandSql.ReadReportOutcomes].Bind(1, sourceNo).Bind(2, ICommandStore.ReportTagReach).Bind(3, limit), sourceNo));

    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit) =>
        readers.ReadAsync(session => SqliteStrayReports.Read(session, sourceNo, offset, limit));

    public Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most) => readers.ReadAsync(session =>
        session[CommandSql.CountPending].Bind(1, project.Value).Bind(2, now.UtcTicks).Bind(3, most).Scalar() ?? 0);

    public Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit) => OverdueWalk.ReadAsync(
        after,
        limit,
        (place, count) => readers.ReadAsync(session =>
            SqliteOverdue.Read(session[CommandSql.FindOverdue].Bind(1, place).Bind(2, now.UtcTicks).Bind(3, count), count, damage)),
        place => readers.ReadAsync(session => SqliteOverdue.Read(session[CommandSql.Next].Bind(1, place), limit: 1, damage)),
        damage);

    public Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share) => _purge.RunAsync(endedBefore, limit, share);
}
