using System.Collections.Concurrent;
using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;

namespace CommandBroker.Gateway.Tests;

internal sealed class FakeServer : ISourceServerGrain
{
    public string Id { get; init; } = "";

    public Func<ValueTask<PollReply>> Poll { get; set; } = () => ValueTask.FromResult(PollReply.Idle);

    public Func<ReportCall, ReportReplyStatus> Report { get; set; } = _ => ReportReplyStatus.Ended;

    public Func<EnqueueCall, EnqueueReply> Enqueue { get; set; }

    public ConcurrentQueue<ReportCall> Reports { get; } = new();

    public ConcurrentQueue<EnqueueCall> Enqueued { get; } = new();

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<string> Actors { get; } = new();

    /// <summary>Where each enqueue began.</summary>
    public ConcurrentQueue<CallOrigin?> Origins { get; } = new();

    /// <summary>The same of the last listing.</summary>
    public CallOrigin? ListedBy { get; private set; }

    public TaskCompletionSource<(long Seq, int DeliveryCount)> Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exception? Failure { get; set; }

    public CommandView? Shown { get; set; } = View(17);

    public FakeServer() => Enqueue = _ => new EnqueueReply { Seq = Enqueued.Count };

    public static CommandView View(long seq) => new()
    {
        ServerId = "s1", Seq = seq, Name = "START", Param = "{}", EnqueuedAt = DateTimeOffset.UnixEpoch, EnqueuedBy = "olga", Version = 1, State = CommandState.Pending,
    };

    public ValueTask<PollReply> PollAsync()
    {
        Calls.Enqueue("Poll");
        return Poll();
    }

    /// <summary>What was said of deliveries that were not sent.</summary>
    public ConcurrentQueue<ReleaseCall> Releases { get; } = new();

    /// <summary>How a release ends, by how many came before it.</summary>
    public Func<int, Exception?> ReleaseFailure { get; set; } = _ => null;

    public ValueTask ReleaseAsync(ReleaseCall release)
    {
        Calls.Enqueue("Release");
        Releases.Enqueue(release);
        if (ReleaseFailure(Releases.Count) is { } failure)
        {
            return ValueTask.FromException(failure);
        }

        Released.TrySetResult((release.Seq, release.DeliveryCount));
        return ValueTask.CompletedTask;
    }

    public ValueTask<ReportReplyStatus> ReportAsync(ReportCall report)
    {
        Reports.Enqueue(report);
        return Answer("Report", Report(report));
    }

    public ValueTask<ImmutableArray<EnqueueReply>> EnqueueAsync(ImmutableArray<EnqueueCall> calls, string actor)
    {
        if (Failure is not null)
        {
            return ValueTask.FromException<ImmutableArray<EnqueueReply>>(Failure);
        }

        Actors.Enqueue(actor);
        Origins.Enqueue(CallOrigin.Current);
        var replies = ImmutableArray.CreateBuilder<EnqueueReply>();
        foreach (EnqueueCall call in calls)
        {
            Enqueued.Enqueue(call);
            replies.Add(Enqueue(call));
        }

        return Answer("Enqueue", replies.ToImmutable());
    }

    public ValueTask<CommandView> CancelAsync(long seq, string actor, string? reason) => Answer($"Cancel {seq} {actor} {reason}", View(seq));

    public ValueTask<CommandView> RedriveAsync(long seq, string actor) => Answer($"Redrive {seq} {actor}", View(seq));

    public ValueTask<CommandView?> ShowAsync(long seq) => Answer($"Show {seq}", Shown);

    public ValueTask SettleAsync() => throw new NotSupportedException("Only the sweep settles.");

    public ValueTask<QueueView> ListAsync(string? after, int limit)
    {
        ListedBy = CallOrigin.Current;
        return Answer($"List {after} {limit}", new QueueView
        {
            ServerId = Id, PendingCount = 2, LeasedCount = 0, HistoryCount = 2, RemovedCount = 3, LastSeq = 17, Commands = [View(17)], NextAfter = "0.17",
        });
    }

    public ValueTask<HistoryPage> ReadHistoryAsync(long? before, int limit) =>
        Answer($"History {before} {limit}", new HistoryPage { Commands = [View(3)], StrayReports = [], NextBefore = 3 });

    public ValueTask<SourceServerSettings> ReadSettingsAsync() => Answer("Settings", new SourceServerSettings { MaxDeliveries = 3 });

    public async ValueTask ConfigureAsync(SourceServerSettings settings, string? actor) => await Answer($"Configure {settings.DeliveryMode} {settings.VisibilityTimeout}", true);

    public async ValueTask DeleteAsync(string? actor) => await Answer("Delete", true);

    private ValueTask<T> Answer<T>(string call, T answer)
    {
        Calls.Enqueue(call);
        return Failure is null ? ValueTask.FromResult(answer) : ValueTask.FromException<T>(Failure);
    }
}
