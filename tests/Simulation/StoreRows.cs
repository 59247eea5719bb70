using System.Collections.Immutable;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Memory;

namespace CommandBroker.Simulation;

/// <summary>The rows behind all activations of a schedule, with the mutant's fault in them, and the ledger that sees every change of a row.</summary>
internal sealed class StoreRows(MemoryTables tables, Ledger ledger, SimulatedClock clock, Mutant mutant)
{
    private static readonly TimeSpan CommitTime = TimeSpan.FromMicroseconds(10);

    private QueueState? _lastWanted;

    /// <summary>The store for tests.</summary>
    public MemoryCommandStore Inner { get; } = new(tables);

    /// <summary>The fault.</summary>
    public Mutant Mutant => mutant;

    private MemorySourceRow Source => tables.Numbered[0];

    /// <summary>Reads the queue.</summary>
    public StoredQueue? Load(SourceServerKey key)
    {
        StoredQueue? queue = Inner.LoadAsync(key).Result;
        return mutant switch
        {
            Mutant.DamageReadAsEmpty when queue!.State.Open.Length > 1 => queue with { State = QueueState.Restore([], queue.State.LastSeq, queue.State.RemovedCount) },
            Mutant.UncommittedRead when _lastWanted is not null && _lastWanted.LastSeq > queue!.State.LastSeq => queue with { State = _lastWanted },
            _ => queue,
        };
    }

    /// <summary>Writes a commit, and tells the ledger what changed.</summary>
    public CommitStatus Commit(QueueCommit commit)
    {
        QueueCommit faulty = Spoil(commit);
        ImmutableArray<Command?> before = [.. faulty.Commands.Select(Stored)];
        CommitStatus status = Inner.CommitAsync(faulty).Result;
        if (status == CommitStatus.Conflict && MayOverwrite(faulty))
        {
            Overwrite(faulty);
            status = CommitStatus.Committed;
        }

        for (int at = 0; at < faulty.Commands.Length; at++)
        {
            Command? after = Stored(faulty.Commands[at]);
            if (after is not null && after != before[at])
            {
                ledger.Changed(before[at], after, clock.Now);
            }
        }

        // A commit takes time, so that no two deliveries of a command have one instant.
        clock.Advance(CommitTime);
        if (status == CommitStatus.Committed && faulty.Commands.Any(command => command.Version == 1))
        {
            CheckOpenFrom(faulty.OpenFrom);
        }

        return status == CommitStatus.Conflict && mutant == Mutant.ConflictHidden ? CommitStatus.Committed : status;
    }

    /// <summary>Removes the oldest ended commands.</summary>
    public void Purge(int count)
    {
        long[] before = [.. Source.Commands.Keys];
        Inner.PurgeAsync(clock.Now, count).Wait();
        ledger.Removed(before.Except(Source.Commands.Keys));
        if (mutant == Mutant.NumbersReused)
        {
            Source.LastSeq = Source.Commands.Keys.DefaultIfEmpty(0).Max();
        }
    }

    /// <summary>Every command that is kept.</summary>
    public IEnumerable<Command> All => Source.Commands.Values.Select(row => row.Command);

    /// <summary>PostgreSQL loads open commands from that number on only, and redriven ones.</summary>
    private void CheckOpenFrom(long openFrom)
    {
        if (All.FirstOrDefault(command => command is { IsOpen: true, RedriveCount: 0 } && command.Seq < openFrom) is { } passed)
        {
            ledger.Break($"S1: command {passed.Seq} is open, and a commit says that there is none below {openFrom}.");
        }
    }

    private Command? Stored(Command command) => Source.Commands.TryGetValue(command.Seq, out var row) ? row.Command : null;

    private QueueCommit Spoil(QueueCommit commit)
    {
        switch (mutant)
        {
            case Mutant.KeysForgotten:
                return commit with { Commands = [.. commit.Commands.Select(command => command with { IdempotencyKey = null })] };
            case Mutant.CommitsTorn:
                return commit with { Commands = commit.Commands[..Math.Min(1, commit.Commands.Length)] };
            case Mutant.DeletesOnPoll:
                return commit with { Commands = [.. commit.Commands.Select(Removed)] };
            case Mutant.ReleasesStayKnown:
                return commit with { Commands = [.. commit.Commands.Select(command => command with { DeliveredAt = command.DeliveredAt ?? Stored(command)?.DeliveredAt })] };
            case Mutant.UncommittedRead:
                StoredQueue queue = Load(tables.Sources.Keys.First())!;
                _lastWanted = QueueState.Restore(
                    queue.State.Open.Where(open => commit.Commands.All(command => command.Seq != open.Seq)).Concat(commit.Commands.Where(command => command.IsOpen)),
                    Math.Max(queue.State.LastSeq, commit.Commands.Select(command => command.Seq).DefaultIfEmpty(0).Max()),
                    queue.State.RemovedCount);
                return commit;
            default:
                return commit;
        }
    }

    private Command Removed(Command command) => command.State != CommandState.Leased ? command : command with
    {
        State = CommandState.Succeeded,
        LeasedUntil = null,
        Outcome = new Outcome { EndedAt = clock.Now, EndedBy = Outcome.BrokerActor, Reason = "Removed by the poll." },
    };

    private bool MayOverwrite(QueueCommit commit) => mutant == Mutant.VersionIgnored
        || (mutant == Mutant.NoUniqueKey && commit.Commands.All(command => command.Version == 1));

    private void Overwrite(QueueCommit commit)
    {
        foreach (Command command in commit.Commands)
        {
            Source.Commands[command.Seq] = (command, commit.Token);
            Source.LastSeq = Math.Max(Source.LastSeq, command.Seq);
        }
    }
}
