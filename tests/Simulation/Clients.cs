using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Simulation;

/// <summary>Tools and agents of one schedule. Each call goes to an activation the schedule picks; what it is told goes into the ledger.</summary>
internal sealed class Clients(SeededRandom random, ScheduleSetup setup, Ledger ledger, StoreRows rows)
{
    private static readonly string[] Names = ["START", "STOP", "SYNC"];
    private readonly Queue<Func<ISourceServerGrain, Task>> _followUps = new();
    private long _highestSeq;
    private int _unkeyedCount;

    /// <summary>The next call: what an earlier answer asks for, or something new.</summary>
    public Func<ISourceServerGrain, Task> Next()
    {
        if (_followUps.Count > 0 && random.Percent(60))
        {
            return _followUps.Dequeue();
        }

        int kind = random.Next(100);
        return kind switch
        {
            < 40 => EnqueueCallOf(random.Next(6)),
            < 80 => PollAsync,
            < 87 => CancelCallOf(AnySeq()),
            < 93 => RedriveCallOf(AnySeq()),
            _ => ShowCallOf(AnySeq()),
        };
    }

    /// <summary>A poll; whoever is handed a command decides what to do with it later.</summary>
    public async Task PollAsync(ISourceServerGrain grain)
    {
        PollReply? reply = await AskAsync(async () => await grain.PollAsync());
        if (reply is not { Status: PollStatus.Delivered })
        {
            return;
        }

        ledger.HandedOut(reply);
        int sending = random.Next(100);
        if (sending < 12)
        {
            // The answer came too late for its agent: not a byte of it left.
            _followUps.Enqueue(ReleaseCallOf(reply, mayHaveArrived: false));
            return;
        }

        ledger.MaybeSeen.Add(reply.Seq);
        int fate = random.Next(100);
        ReportResult result = random.Percent(70) ? ReportResult.Success : ReportResult.Fail;
        if (fate < 60)
        {
            _followUps.Enqueue(ReportCallOf(reply, result, byNumber: true));
        }
        else if (fate < 75)
        {
            _followUps.Enqueue(ReportCallOf(reply, result, byNumber: false));
        }
        else if (fate < 85)
        {
            _followUps.Enqueue(ReleaseCallOf(reply, mayHaveArrived: true));
        }
    }

    /// <summary>A poll whose command is reported as done at once: the agents' side of the drain.</summary>
    public async Task PollAndReportAsync(ISourceServerGrain grain)
    {
        PollReply? reply = await AskAsync(async () => await grain.PollAsync());
        if (reply is { Status: PollStatus.Delivered })
        {
            ledger.HandedOut(reply);
            ledger.MaybeSeen.Add(reply.Seq);
            await ReportCallOf(reply, ReportResult.Success, byNumber: true)(grain);
        }
    }

    private Func<ISourceServerGrain, Task> ReleaseCallOf(PollReply reply, bool mayHaveArrived) => async grain =>
    {
        int changesBefore = ledger.HandOutChangesOf(reply.Seq);
        object? done = await AskAsync<object>(async () =>
        {
            await grain.ReleaseAsync(ReleaseCall.Of(reply, mayHaveArrived));
            return reply;
        });
        if (done is null)
        {
            // As the gateway does; the first try may have been carried out.
            if (!reply.MayBeRepeated)
            {
                _followUps.Enqueue(ReleaseCallOf(reply, mayHaveArrived));
            }
        }
        else if (!mayHaveArrived)
        {
            ledger.TakenBack(reply, changesBefore);
        }
    };

    private long AnySeq() => 1 + random.Next((int)_highestSeq + 1);

    private Func<ISourceServerGrain, Task> EnqueueCallOf(int number)
    {
        // One key, one body; now and then somebody uses a key for another one. Without a key every call is a command of its own.
        bool isKeyed = random.Percent(60);
        int body = random.Percent(5) ? number + 1 : number;
        var call = new EnqueueCall
        {
            Name = Names[body % Names.Length],
            Param = $$"""{"task_id":"t{{body % 2}}","bucket":"{{(isKeyed ? $"b{body}" : $"call {++_unkeyedCount}")}}"}""",
            IdempotencyKey = isKeyed ? $"k{number}" : null,
            Priority = setup.HasPriorities ? body % 3 : 0,
        };
        return async grain =>
        {
            ImmutableArray<EnqueueReply> replies = await AskAsync<object>(async () => await grain.EnqueueAsync([call], "tool")) is ImmutableArray<EnqueueReply> some ? some : [];
            if (replies is [{ Error: null } reply])
            {
                _highestSeq = Math.Max(_highestSeq, reply.Seq);
                ledger.Lines?.Add($"         enqueue {call.IdempotencyKey} {call.Name} {call.Param} acknowledged as #{reply.Seq}");
                ledger.Enqueued.Add((call.IdempotencyKey, reply.Seq, call.Name, call.Param));
            }
        };
    }

    private Func<ISourceServerGrain, Task> ReportCallOf(PollReply command, ReportResult result, bool byNumber) => async grain =>
    {
        var call = new ReportCall { Name = command.Name, Result = result, ResultDetail = "{}", Seq = byNumber ? command.Seq : null, Actor = "agent" };
        object? status = await AskAsync<object>(async () => await grain.ReportAsync(call));
        ledger.Lines?.Add($"         report {result} of {(byNumber ? $"#{command.Seq}" : command.Name)}: {status ?? "unknown"}");
        if (byNumber && status is ReportReplyStatus.Ended)
        {
            ledger.Ended.Add((command.Seq, result));
        }
    };

    private Func<ISourceServerGrain, Task> CancelCallOf(long seq) => async grain =>
    {
        if (await AskAsync(async () => await grain.CancelAsync(seq, "tool", reason: null)) is { State: CommandState.Cancelled })
        {
            ledger.Lines?.Add($"         cancel of #{seq} acknowledged");
            ledger.Cancelled.Add(seq);
        }
    };

    private Func<ISourceServerGrain, Task> RedriveCallOf(long seq) => grain => AskAsync(async () => await grain.RedriveAsync(seq, "tool"));

    private Func<ISourceServerGrain, Task> ShowCallOf(long seq) => async grain =>
    {
        CommandView? view = await AskAsync(async () => await grain.ShowAsync(seq));
        Command? stored = rows.All.FirstOrDefault(command => command.Seq == seq);
        if (view is not null && !ledger.RemovedNumbers.Contains(seq) && !(stored?.Version >= view.Version))
        {
            ledger.Break($"S12: #{seq} was shown as version {view.Version}, stored is {stored?.Version.ToString() ?? "nothing"}.");
        }
    };

    /// <summary>Null when nothing is known of the call, or it was refused.</summary>
    private static async Task<T?> AskAsync<T>(Func<Task<T?>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (BrokerException)
        {
            return null;
        }
    }
}
