using CommandBroker.Core;

namespace CommandBroker.Storage.Memory;

/// <summary>The contract of <see cref="ICommandStore"/> over rows in memory.</summary>
internal sealed class MemoryCommandStore(MemoryTables tables) : ICommandStore
{
    public Task<StoredQueue?> LoadAsync(SourceServerKey key)
    {
        lock (tables)
        {
            if (tables.FindRegistered(key) is not MemorySourceRow source)
            {
                return Task.FromResult<StoredQueue?>(null);
            }

            if (!source.HasOverrides)
            {
                // What was read is readable; of settings of its own only their reader can say so.
                source.Server = source.Server with { QuarantineReason = null };
            }

            return Task.FromResult<StoredQueue?>(
                new StoredQueue(source.SourceNo, StateOf(source), source.HasOverrides) { QuarantineReason = source.Server.QuarantineReason });
        }
    }

    public Task<CommitStatus> CommitAsync(QueueCommit commit)
    {
        lock (tables)
        {
            MemorySourceRow source = tables.Numbered[(int)commit.SourceNo - 1];
            bool isRepeat = commit.Commands.Length > 0 && commit.Commands.All(command => IsWritten(source, command, commit.Token));
            if (isRepeat)
            {
                return Task.FromResult(CommitStatus.Committed);
            }

            if (commit.Commands.Any(command => !Fits(source, command)))
            {
                return Task.FromResult(CommitStatus.Conflict);
            }

            if (commit.Commands.Any(command => command.Version == 1 && command.IdempotencyKey is string key && source.Keys.ContainsKey(key)))
            {
                return Task.FromResult(CommitStatus.DuplicateKey);
            }

            Write(source, commit);
            return Task.FromResult(CommitStatus.Committed);
        }
    }

    public Task<Command?> FindAsync(long sourceNo, long seq)
    {
        lock (tables)
        {
            return Task.FromResult(SourceOf(sourceNo).Commands.TryGetValue(seq, out var row) ? row.Command : null);
        }
    }

    public Task<Command?> FindHandedOutAsync(long sourceNo, long token, long fromSeq)
    {
        lock (tables)
        {
            return Task.FromResult(SourceOf(sourceNo).Commands.Values
                .Where(row => row.Token == token)
                .Select(row => row.Command)
                .Where(command => command is { State: CommandState.Leased or CommandState.Delivered, OvertakenBy: null }
                    && (command.Seq >= fromSeq || command.RedriveCount > 0))
                .MaxBy(command => command.Seq));
        }
    }

    public Task<RowStamp?> FindStampAsync(long sourceNo, long seq)
    {
        lock (tables)
        {
            return Task.FromResult<RowStamp?>(SourceOf(sourceNo).Commands.TryGetValue(seq, out var row) ? new(row.Command.Version, row.Token) : null);
        }
    }

    public Task<IReadOnlyList<Command>> FindByKeysAsync(long sourceNo, IReadOnlyCollection<string> idempotencyKeys)
    {
        lock (tables)
        {
            MemorySourceRow source = SourceOf(sourceNo);
            return Task.FromResult<IReadOnlyList<Command>>(
                [.. idempotencyKeys.Where(source.Keys.ContainsKey).Select(key => source.Commands[source.Keys[key]].Command)]);
        }
    }

    public Task<IReadOnlyList<Command>> FindOvertakenAsync(long sourceNo, long seq)
    {
        lock (tables)
        {
            return Task.FromResult<IReadOnlyList<Command>>(
                [.. SourceOf(sourceNo).Commands.Values.Select(row => row.Command).Where(command => !command.IsOpen && command.OvertakenBy == seq)]);
        }
    }

    public Task<IReadOnlyList<Command>> ReadHistoryAsync(long sourceNo, long? beforeSeq, int limit)
    {
        lock (tables)
        {
            return Task.FromResult<IReadOnlyList<Command>>([.. SourceOf(sourceNo).Commands.Values
                .Select(row => row.Command)
                .Where(command => !command.IsOpen && !(command.Seq >= beforeSeq))
                .Reverse()
                .Take(limit)]);
        }
    }

    public Task<IReadOnlyList<ulong>> ReadReportTagsAsync(long sourceNo, int limit)
    {
        lock (tables)
        {
            return Task.FromResult<IReadOnlyList<ulong>>([.. SourceOf(sourceNo).Commands.Values
                .Select(row => row.Command)
                .Where(command => !command.IsOpen)
                .Reverse()
                .Take(ICommandStore.ReportTagReach)
                .Where(command => command.State is CommandState.Succeeded or CommandState.Failed or CommandState.Cancelled)
                .OrderByDescending(command => command.Outcome!.EndedAt)
                .ThenByDescending(command => command.Seq)
                .Take(limit)
                .Select(command => command.Outcome!.ReportTag)
                .OfType<ulong>()]);
        }
    }

    public Task<IReadOnlyList<StrayReport>> ReadStrayReportsAsync(long sourceNo, int offset, int limit)
    {
        lock (tables)
        {
            return Task.FromResult<IReadOnlyList<StrayReport>>([.. SourceOf(sourceNo).Strays.AsEnumerable().Reverse().Skip(offset).Take(limit)]);
        }
    }

    public Task<OverduePage> FindOverdueAsync(long after, DateTimeOffset now, int limit)
    {
        lock (tables)
        {
            MemorySourceRow[] looked = [.. tables.Numbered.Where(source => source.SourceNo > after && !source.IsDeleted).Take(limit)];
            return Task.FromResult(new OverduePage(
                [.. looked.Where(source => source.Commands.Values.Any(row => IsOverdue(row.Command, now))).Select(source => source.Server.Key)],
                looked.Length < limit ? null : looked[^1].SourceNo));
        }
    }

    public Task<long> CountPendingAsync(ProjectId project, DateTimeOffset now, long most)
    {
        lock (tables)
        {
            long count = tables.Numbered
                .Where(source => !source.IsDeleted && source.Server.Key.ProjectId == project)
                .Sum(source => source.Commands.Values.LongCount(row => row.Command.State == CommandState.Pending && !IsOverdue(row.Command, now)));
            return Task.FromResult(Math.Min(count, most));
        }
    }

    public Task<int> PurgeAsync(DateTimeOffset endedBefore, int limit, double share = ICommandStore.LeastPurgeShare)
    {
        lock (tables)
        {
            int removed = 0;
            foreach (MemorySourceRow source in tables.Numbered)
            {
                source.Strays.RemoveAll(stray => stray.ReportedAt < endedBefore);
                Command[] old = [.. source.Commands.Values
                    .Select(row => row.Command)
                    .Where(command => command.Outcome?.EndedAt < endedBefore)
                    .Take(limit - removed)];
                foreach (Command command in old)
                {
                    source.Commands.Remove(command.Seq);
                    if (command.IdempotencyKey is string key)
                    {
                        source.Keys.Remove(key);
                    }
                }

                source.RemovedCount += old.Length;
                removed += old.Length;
            }

            return Task.FromResult(removed);
        }
    }

    private static bool IsOverdue(Command command, DateTimeOffset now) => command.State switch
    {
        CommandState.Leased => command.LeasedUntil <= now,
        CommandState.Pending => command.ExpiresAt <= now,
        _ => false,
    };

    private MemorySourceRow SourceOf(long sourceNo) => tables.Numbered[(int)sourceNo - 1];

    private static QueueState StateOf(MemorySourceRow source) => QueueState.Restore(
        source.Commands.Values.Select(row => row.Command).Where(command => command.IsOpen), source.LastSeq, source.RemovedCount);

    private static bool IsWritten(MemorySourceRow source, Command command, long token) =>
        source.Commands.TryGetValue(command.Seq, out var row) && row.Command.Version == command.Version && row.Token == token;

    private static bool Fits(MemorySourceRow source, Command command) => source.Commands.TryGetValue(command.Seq, out var row)
        ? row.Command.Version == command.Version - 1
        : command.Version == 1 && command.Seq > source.LastSeq;

    private static void Write(MemorySourceRow source, QueueCommit commit)
    {
        foreach (Command command in commit.Commands)
        {
            source.Commands[command.Seq] = (command, commit.Token);
            source.LastSeq = Math.Max(source.LastSeq, command.Seq);
            if (command.IdempotencyKey is string key)
            {
                source.Keys[key] = command.Seq;
            }
        }

        if (commit.Stray is not null)
        {
            source.Strays.Add(commit.Stray);
            if (source.Strays.Count > QueueCommit.MaxStrayReports)
            {
                source.Strays.RemoveAt(0);
            }
        }
    }
}
