using System.Runtime.InteropServices;

namespace CommandBroker.Core;

/// <summary>
/// Enqueues several commands in one transition, as <see cref="CommandQueue.Enqueue"/> would one after the other at one instant. It looks at the open
/// commands once for all of them, so its cost is the queue's length plus the batch's, not their product.
/// </summary>
public sealed class EnqueueBatch
{
    private readonly QueuePolicy _policy;
    private readonly DateTimeOffset _now;
    private readonly ChangeSet _changes;
    private readonly Dictionary<string, Command> _byKey = [];
    private readonly QueueState _settled;
    private readonly List<Command> _added = [];
    private Dictionary<string, List<Command>>? _byTask;
    private long _lastSeq;
    private int _pendingCount;
    private long _historyCount;

    private EnqueueBatch(QueueState state, QueueState settled, ChangeSet changes, QueuePolicy policy, DateTimeOffset now)
    {
        _policy = policy;
        _now = now;
        _changes = changes;
        _settled = settled;
        _lastSeq = settled.LastSeq;
        _pendingCount = settled.PendingCount;
        _historyCount = settled.HistoryCount;
        foreach (Command command in state.Open)
        {
            NoteKey(command);
        }
    }

    /// <summary>Settles the queue and begins a batch without commands.</summary>
    /// <param name="state">The queue.</param>
    /// <param name="policy">The rules in force.</param>
    /// <param name="now">The server's clock.</param>
    /// <returns>Null when there is more to settle than one commit takes.</returns>
    public static EnqueueBatch? Begin(QueueState state, QueuePolicy policy, DateTimeOffset now)
    {
        var changes = new ChangeSet(state);
        QueueState settled = state;
        return CommandQueue.TrySettle(ref settled, changes, policy, now) ? new EnqueueBatch(state, settled, changes, policy, now) : null;
    }

    /// <summary>Decides the next command.</summary>
    /// <param name="request">The command.</param>
    /// <param name="prior">The retained command with the same idempotency key, once a store was asked for it; null otherwise.</param>
    /// <returns>
    /// The answer, true only once what <see cref="Finish"/> returns is committed. Null when the command replaces one of this batch: then each of
    /// the batch must be enqueued alone, as one commit writes a command once.
    /// </returns>
    public EnqueueOutcome? Add(EnqueueRequest request, Command? prior = null)
    {
        if (CommandQueue.FaultOf(request, _policy) is string fault)
        {
            return new EnqueueOutcome(EnqueueStatus.Invalid, 0, fault);
        }

        if (prior is not null || (request.IdempotencyKey is not null && _byKey.TryGetValue(request.IdempotencyKey, out prior)))
        {
            return CommandQueue.AnswerOf(request, prior, _policy);
        }

        Command command = CommandQueue.NewOf(request, _lastSeq + 1, _policy, _now);
        List<Command> replaced = CommandQueue.MayReplace(command, _policy) ? ReplacedBy(command) : [];
        if (CommandQueue.FullOf(_pendingCount, replaced.Count, _historyCount, _policy) is { } full)
        {
            return full;
        }

        if (replaced.Exists(waiting => waiting.Seq > _settled.LastSeq))
        {
            return null;
        }

        CommandQueue.Add(command, replaced, _changes, _now);
        replaced.ForEach(waiting => _byTask![waiting.TaskId!].Remove(waiting));
        _pendingCount += 1 - replaced.Count;
        _historyCount += replaced.Count;
        _lastSeq = command.Seq;
        _added.Add(command);
        NoteKey(command);
        NoteTask(command);
        return new EnqueueOutcome(EnqueueStatus.Enqueued, command.Seq);
    }

    /// <summary>The transition that makes the whole batch; its outcome is how many commands change. The batch takes no more.</summary>
    public Transition<int> Finish() => _changes.Finish(_changes.Count);

    private List<Command> ReplacedBy(Command successor)
    {
        if (_byTask is null)
        {
            // Most batches replace nothing, and need no table of tasks.
            _byTask = [];
            foreach (Command command in _settled.Open)
            {
                NoteTask(command);
            }

            _added.ForEach(NoteTask);
        }

        return _byTask.TryGetValue(successor.TaskId!, out List<Command>? candidates)
            ? CommandQueue.ReplacedBy(successor, CollectionsMarshal.AsSpan(candidates), _policy)
            : [];
    }

    private void NoteKey(Command command)
    {
        if (command.IdempotencyKey is { } key)
        {
            _byKey.TryAdd(key, command);
        }
    }

    private void NoteTask(Command command)
    {
        if (_byTask is null || command is not { TaskId: { } task, State: CommandState.Pending, MayBeKnown: false })
        {
            return;
        }

        if (!_byTask.TryGetValue(task, out List<Command>? waiting))
        {
            _byTask.Add(task, waiting = []);
        }

        waiting.Add(command);
    }
}
