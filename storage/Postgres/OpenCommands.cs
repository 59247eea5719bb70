namespace CommandBroker.Storage.Postgres;

/// <summary>
/// How the open commands of a source server are found without an index over them, which every end of a command would have to write.
/// </summary>
/// <remarks>
/// The newest row says from which number on there may be open ones (<see cref="QueueCommit.OpenFrom"/>): the primary key is walked from
/// there. Only a redrive opens a command again that had ended; those few have an index of their own, over a number that nothing else changes.
/// A command that stays open for long makes its source server's loads walk the history after it, at most <c>Queue:MaxHistoryCount</c> rows.
/// </remarks>
internal static class OpenCommands
{
    /// <summary>A join that adds <c>newest</c> (seq, open_from) to a row <c>s</c> of source_server; all null when it has no command.</summary>
    public const string JoinNewest = """
        left join lateral (select seq, open_from from command where source_no = s.source_no order by seq desc limit 1) newest on true
        """;

    /// <summary>The rows of the open commands of <c>s</c>; after <see cref="JoinNewest"/>.</summary>
    public const string Select = """
        select * from command where source_no = s.source_no and seq >= newest.open_from and ended_at is null
        union all
        select * from command where source_no = s.source_no and redrive_count > 0 and seq < newest.open_from and ended_at is null
        """;
}
