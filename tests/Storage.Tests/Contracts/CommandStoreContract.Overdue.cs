using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

public abstract partial class CommandStoreContract
{
    [StoreFact]
    public async Task What_time_has_ended_is_found_in_the_order_of_the_source_servers()
    {
        DateTimeOffset now = Samples.Noon.AddMinutes(1);
        Command lapsed = Samples.Pending(1) with { State = CommandState.Leased, DeliveryCount = 1, DeliveredAt = Samples.Noon, LeasedUntil = now };
        Command expired = Samples.Pending(1) with { TimeToLive = now - Samples.Pending(1).EnqueuedAt };
        await AddAsync("lapsed", lapsed);
        await AddAsync("running", lapsed with { LeasedUntil = now.AddTicks(1) });
        await AddAsync("expired", expired);
        await AddAsync("waiting", expired with { TimeToLive = expired.TimeToLive + TimeSpan.FromMilliseconds(1) });
        await AddAsync("plain", Samples.Pending(1));
        await AddAsync("leased-beyond", lapsed with { LeasedUntil = now.AddMinutes(1), TimeToLive = expired.TimeToLive });
        await AddAsync("redriven", expired with { RedriveCount = 1, DeliveredAt = Samples.Noon });
        await AddAsync("later", expired);

        OverduePage all = await fixture.Commands.FindOverdueAsync(0, now, 100);
        OverduePage first = await fixture.Commands.FindOverdueAsync(0, now, 3);
        OverduePage second = await fixture.Commands.FindOverdueAsync(first.Next!.Value, now, 100);

        Assert.Equal(["lapsed", "expired", "later"], all.Keys.Select(key => key.Text));
        Assert.Null(all.Next);
        Assert.Equal(["lapsed", "expired"], first.Keys.Select(key => key.Text));
        Assert.Equal(["later"], second.Keys.Select(key => key.Text));
    }

    [StoreFact]
    public async Task What_a_commit_handed_out_is_found_by_its_token_until_it_is_written_again()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command[] pending = [.. Enumerable.Range(1, 4).Select(seq => Samples.Pending(seq))];
        await CommitAsync(1, pending);
        Command leased = Samples.Leased(pending[2]);
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Token = 9, Commands = [Samples.Pending(5)], OpenFrom = 5 });
        await CommitAsync(2, [Samples.Leased(pending[1]) with { OvertakenBy = 3 }, leased, Samples.Ended(pending[0])]);
        Command ended = Samples.Ended(pending[3]);
        ended = ended with { State = CommandState.Delivered, Outcome = new Outcome { EndedAt = Samples.Noon, EndedBy = "broker", Reason = "Handed out." } };
        await CommitAsync(3, [ended]);

        Assert.Equal(leased, await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 2, 1));
        Assert.Equal(ended, await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 3, 1));
        Assert.Null(await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 3, 5));
        Assert.Null(await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 1, 1));
        Assert.Null(await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 4, 1));
        await CommitAsync(5, [Samples.Ended(leased)]);
        Assert.Null(await fixture.Commands.FindHandedOutAsync(queue.SourceNo, 2, 1));

        async Task CommitAsync(long token, Command[] commands) => Assert.Equal(
            CommitStatus.Committed,
            await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Token = token, Commands = [.. commands], OpenFrom = 1 }));
    }

    [StoreFact]
    public async Task One_that_was_taken_back_expires_as_ever()
    {
        Command expired = Samples.Pending(1) with { TimeToLive = TimeSpan.FromMinutes(1), RedriveCount = Command.TakenBackMark };
        await AddAsync("a", expired);

        Assert.Equal(["a"], (await fixture.Commands.FindOverdueAsync(0, expired.ExpiresAt!.Value, 10)).Keys.Select(key => key.Text));
        Assert.Equal(0, await fixture.Commands.CountPendingAsync(ProjectId.Default, expired.ExpiresAt!.Value, 10));
    }

    [StoreFact]
    public async Task A_lapsed_lease_is_found_behind_an_old_open_command_and_many_that_have_ended()
    {
        const int EndedCount = 1_100;
        DateTimeOffset now = Samples.Noon.AddMinutes(1);
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command[] commands =
        [
            Samples.Pending(1),
            .. Enumerable.Range(2, EndedCount).Select(seq => Samples.Ended(Samples.Pending(seq)) with { Version = 1 }),
            Samples.Pending(EndedCount + 2) with { State = CommandState.Leased, DeliveryCount = 1, DeliveredAt = Samples.Noon, LeasedUntil = now },
        ];
        foreach (Command[] part in commands.Chunk(500))
        {
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. part], OpenFrom = 1 }));
        }

        Assert.Equal(["a"], (await fixture.Commands.FindOverdueAsync(0, now, 10)).Keys.Select(key => key.Text));
    }

    [StoreFact]
    public async Task A_command_whose_time_to_live_is_over_is_not_counted_as_pending()
    {
        Command expiring = Samples.Pending(1) with { TimeToLive = TimeSpan.FromMinutes(1) };
        await AddAsync("a", expiring);
        await AddAsync("b", expiring with { RedriveCount = 1, DeliveredAt = Samples.Noon });

        Assert.Equal(2, await fixture.Commands.CountPendingAsync(ProjectId.Default, expiring.ExpiresAt!.Value.AddTicks(-1), 10));
        Assert.Equal(1, await fixture.Commands.CountPendingAsync(ProjectId.Default, expiring.ExpiresAt!.Value, 10));
    }

    private async Task AddAsync(string key, Command command)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [command] }));
    }
}
