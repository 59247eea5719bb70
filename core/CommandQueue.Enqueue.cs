using System.Text;

namespace CommandBroker.Core;

public static partial class CommandQueue
{
    /// <summary>The lowest and highest priority are minus and plus this number.</summary>
    public const int MaxPriority = 100;

    /// <summary>The longest time to live, in days. Ten years: far enough for any use, and no instant that follows from it leaves the calendar.</summary>
    public const int MaxTimeToLiveDays = 3_650;

    private static readonly List<Command> NoneReplaced = [];

    /// <summary>
    /// Settles the queue, then adds a command at the end of its priority and ends the never delivered commands of its task that it replaces.
    /// </summary>
    /// <param name="state">The queue.</param>
    /// <param name="request">The command.</param>
    /// <param name="policy">The rules in force.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="prior">The retained command with the same idempotency key, once a store was asked for it; null otherwise.</param>
    public static Transition<EnqueueOutcome> Enqueue(
        QueueState state, EnqueueRequest request, QueuePolicy policy, DateTimeOffset now, Command? prior = null)
    {
        if (FaultOf(request, policy) is string fault)
        {
            return Unchanged(state, new EnqueueOutcome(EnqueueStatus.Invalid, 0, fault));
        }

        prior ??= FindByKey(state, request.IdempotencyKey);
        var changes = new ChangeSet(state);
        if (!TrySettle(ref state, changes, policy, now))
        {
            return changes.FinishPartly<EnqueueOutcome>();
        }

        if (prior is not null)
        {
            return changes.Finish(AnswerOf(request, prior, policy));
        }

        Command command = NewOf(request, state.LastSeq + 1, policy, now);
        List<Command> replaced = MayReplace(command, policy) ? ReplacedBy(command, state.Open.AsSpan(), policy) : NoneReplaced;
        if (FullOf(state.PendingCount, replaced.Count, state.HistoryCount, policy) is { } full)
        {
            return changes.Finish(full);
        }

        Add(command, replaced, changes, now);
        return changes.Finish(new EnqueueOutcome(EnqueueStatus.Enqueued, command.Seq));
    }

    internal static Command NewOf(EnqueueRequest request, long seq, QueuePolicy policy, DateTimeOffset now) => new()
    {
        Seq = seq,
        Name = request.Name,
        Param = request.Param,
        TaskId = request.TaskId,
        Priority = request.Priority,
        NotBeforeAt = request.NotBeforeAt,
        TimeToLive = request.TimeToLive ?? Command.ByDefault(policy.DefaultTimeToLive),
        IdempotencyKey = request.IdempotencyKey,
        SupersedesTask = request.SupersedesTask,
        EnqueuedAt = now,
        EnqueuedBy = request.Actor,
    };

    /// <summary>The refusal of a command that replaces so many; null when there is room for it.</summary>
    internal static EnqueueOutcome? FullOf(int pendingCount, int replacedCount, long historyCount, QueuePolicy policy)
    {
        if (pendingCount - replacedCount >= policy.MaxPendingCount)
        {
            return new EnqueueOutcome(EnqueueStatus.QueueFull, 0,
                $"{pendingCount} commands are pending; Queue:MaxPendingCount allows {policy.MaxPendingCount}.");
        }

        return historyCount >= policy.MaxHistoryCount
            ? new EnqueueOutcome(EnqueueStatus.HistoryFull, 0,
                $"{historyCount} ended commands are kept; Queue:MaxHistoryCount allows {policy.MaxHistoryCount} until Queue:HistoryRetention removes some.")
            : null;
    }

    /// <summary>Adds a command and ends those that it replaces.</summary>
    internal static void Add(Command command, List<Command> replaced, ChangeSet changes, DateTimeOffset now)
    {
        foreach (Command waiting in replaced)
        {
            changes.Replace(waiting, Supersede(waiting, now, command.EnqueuedBy, command.Seq,
                $"Replaced by command {command.Seq} ({command.Name}) of the same task before it was handed out."));
        }

        changes.Add(command);
    }

    /// <summary>Whether a command may replace others: it has a task, and asks for it or a rule does.</summary>
    internal static bool MayReplace(Command successor, QueuePolicy policy) =>
        successor.TaskId is not null && (successor.SupersedesTask || policy.Supersede.EndsAny(successor.Name));

    /// <summary>Those of the commands that a new one of their task replaces.</summary>
    internal static List<Command> ReplacedBy(Command successor, ReadOnlySpan<Command> commands, QueuePolicy policy)
    {
        var replaced = new List<Command>();
        foreach (Command command in commands)
        {
            if (command is { State: CommandState.Pending, MayBeKnown: false }
                && command.TaskId == successor.TaskId
                && (successor.SupersedesTask || policy.Supersede.Ends(successor.Name, command.Name)))
            {
                replaced.Add(command);
            }
        }

        return replaced;
    }

    private static Command? FindByKey(QueueState state, string? key)
    {
        if (key is null)
        {
            return null;
        }

        foreach (Command command in state.Open)
        {
            if (command.IdempotencyKey == key)
            {
                return command;
            }
        }

        return null;
    }

    internal static EnqueueOutcome AnswerOf(EnqueueRequest request, Command prior, QueuePolicy policy)
    {
        bool same = request.Name == prior.Name
            && request.Param == prior.Param
            && request.Priority == prior.Priority
            && request.NotBeforeAt == prior.NotBeforeAt
            && (request.TimeToLive == prior.TimeToLive || (request.TimeToLive is null && (prior.HasDefaultTimeToLive || prior.TimeToLive == policy.DefaultTimeToLive)))
            && request.SupersedesTask == prior.SupersedesTask;
        return same
            ? new EnqueueOutcome(EnqueueStatus.WasThere, prior.Seq)
            : new EnqueueOutcome(EnqueueStatus.KeyConflict, 0,
                $"The idempotency key was used for command {prior.Seq} with another body; use a new key for another command.");
    }

    internal static string? FaultOf(EnqueueRequest request, QueuePolicy policy)
    {
        if (request.Name.Length is 0 or > Command.MaxNameLength)
        {
            return $"command_name has {request.Name.Length} characters; 1 to {Command.MaxNameLength} are allowed.";
        }

        if (request.TaskId?.Length > Command.MaxNameLength)
        {
            return $"task_id has {request.TaskId.Length} characters; {Command.MaxNameLength} are allowed.";
        }

        if (request.IdempotencyKey is { Length: 0 or > Command.MaxKeyLength } key)
        {
            return $"The idempotency key has {key.Length} characters; 1 to {Command.MaxKeyLength} are allowed.";
        }

        if (request.Priority is < -MaxPriority or > MaxPriority)
        {
            return $"priority is {request.Priority}; -{MaxPriority} to {MaxPriority} are allowed.";
        }

        if (request.TimeToLive <= TimeSpan.Zero || request.TimeToLive > TimeSpan.FromDays(MaxTimeToLiveDays))
        {
            return $"time_to_live is {DurationWords.Of(request.TimeToLive.Value)}; more than zero, at most {MaxTimeToLiveDays} days, is allowed.";
        }

        if (UnstorableOf(request) is string unstorable)
        {
            return $"{unstorable} {StorableText.Fault}";
        }

        int paramBytes = Encoding.UTF8.GetByteCount(request.Param);
        return paramBytes > policy.MaxParamBytes
            ? $"command_param is {paramBytes} bytes; Queue:MaxParamBytes allows {policy.MaxParamBytes}."
            : null;
    }

    private static string? UnstorableOf(EnqueueRequest request) =>
        !StorableText.IsStorable(request.Name) ? "command_name"
        : !StorableText.IsStorable(request.TaskId) ? "task_id"
        : !StorableText.IsStorable(request.IdempotencyKey) ? "The idempotency key"
        : !StorableText.IsStorable(request.Param) ? "command_param"
        : null;
}
