using System.Collections.Immutable;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What every <see cref="ICommandStore"/> promises. A provider subclasses it with its fixture.</summary>
public abstract partial class CommandStoreContract(StoreFixture fixture) : IAsyncLifetime
{
    protected StoreFixture Fixture => fixture;

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task A_source_server_that_is_not_registered_has_no_queue()
    {
        Assert.Null(await fixture.Commands.LoadAsync(SourceServerKey.Parse("nobody")));
    }

    [StoreFact]
    public async Task A_new_queue_is_empty()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");

        Assert.Equal((0L, 0L, false), (queue.State.LastSeq, queue.State.RemovedCount, queue.HasOverrides));
        Assert.Empty(queue.State.Open);
    }

    [StoreFact]
    public async Task Every_member_of_a_command_survives_a_restart()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command open = Samples.Leased(Samples.Full(1) with { Version = 1 });
        Command ended = Samples.Ended(Samples.Full(2) with { Version = 1 });
        await CommitAsync(queue, Samples.Full(1) with { Version = 1 }, Samples.Full(2) with { Version = 1 });
        await CommitAsync(queue, open, ended);

        await fixture.ReopenAsync();

        Assert.Equal(open, Assert.Single((await fixture.LoadAsync("a")).State.Open));
        Assert.Equal(ended, await fixture.Commands.FindAsync(queue.SourceNo, 2));
        Assert.Equal(ended, Assert.Single(await fixture.Commands.ReadHistoryAsync(queue.SourceNo, null, 10)));
    }

    [StoreFact]
    public async Task A_command_is_written_over_its_last_version_only()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command first = Samples.Pending(1);
        Command second = Samples.Leased(first);
        await CommitAsync(queue, first);

        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, Samples.Ended(second)));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, second));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, second));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, Samples.Ended(second)));
        Assert.Equal(Samples.Ended(second), await fixture.Commands.FindAsync(queue.SourceNo, 1));
    }

    [StoreFact]
    public async Task A_number_is_taken_once()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await CommitAsync(queue, Samples.Pending(1));

        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, Samples.Pending(1)));
        Assert.Equal(Samples.Pending(1), await fixture.Commands.FindAsync(queue.SourceNo, 1));
    }

    [StoreFact]
    public async Task Repeating_the_same_commit_is_harmless()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command first = Samples.Pending(1, "key");
        Command second = Samples.Leased(first);
        foreach (QueueCommit commit in (QueueCommit[])[CommitOf(queue, first), CommitOf(queue, second)])
        {
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(commit));
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(commit));
        }

        Assert.Equal(second, Assert.Single((await fixture.LoadAsync("a")).State.Open));
    }

    /// <summary>As after a call that failed and was carried out later: its caller, and the next one, decide again on what they read before.</summary>
    [StoreFact]
    public async Task Of_two_commits_for_one_number_and_version_the_second_is_a_conflict_whoever_sent_it()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command first = Samples.Pending(1);
        Command other = first with { Name = "STOP", Param = """{"other":true}""" };
        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, first));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, other));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, first));
        Assert.Equal(first, Assert.Single((await fixture.LoadAsync("a")).State.Open));

        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, Samples.Leased(first)));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, Samples.Ended(first)));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, Samples.Leased(first)));
        Assert.Equal(Samples.Leased(first), Assert.Single((await fixture.LoadAsync("a")).State.Open));

        Command ended = Samples.Ended(Samples.Leased(first));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, ended));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, ended));
        Assert.Equal(ended, await fixture.Commands.FindAsync(queue.SourceNo, 1));
    }

    [StoreFact]
    public async Task The_stamp_of_a_row_tells_which_commit_wrote_it()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        QueueCommit first = CommitOf(queue, Samples.Pending(1));
        QueueCommit second = CommitOf(queue, Samples.Ended(Samples.Pending(1)));

        Assert.Null(await fixture.Commands.FindStampAsync(queue.SourceNo, 1));
        await fixture.Commands.CommitAsync(first);
        Assert.Equal(new RowStamp(1, first.Token), await fixture.Commands.FindStampAsync(queue.SourceNo, 1));
        await fixture.Commands.CommitAsync(second);
        Assert.Equal(new RowStamp(second.Commands[0].Version, second.Token), await fixture.Commands.FindStampAsync(queue.SourceNo, 1));
        Assert.Null(await fixture.Commands.FindStampAsync(queue.SourceNo, 2));
    }

    [StoreFact]
    public async Task Of_two_commits_that_wait_for_one_batch_the_second_is_a_conflict()
    {
        StoredQueue[] queues = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.RegisterAsync($"s-{i}")));

        CommitStatus[] statuses = await Task.WhenAll(queues.SelectMany(queue => (Task<CommitStatus>[])
            [CommitAsync(queue, Samples.Pending(1)), CommitAsync(queue, Samples.Pending(1) with { Name = "STOP" })]));

        Assert.All(statuses.Chunk(2), pair => Assert.Equal([CommitStatus.Committed, CommitStatus.Conflict], pair.Order()));
    }

    [StoreFact]
    public async Task A_commit_is_written_whole_or_not_at_all()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await CommitAsync(queue, Samples.Pending(1));
        Command stale = Samples.Leased(Samples.Leased(Samples.Pending(1)));

        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, Samples.Pending(2), stale));
        Assert.Equal(CommitStatus.Conflict, await CommitAsync(queue, stale, Samples.Pending(2)));
        Assert.Equal(1, (await fixture.LoadAsync("a")).State.LastSeq);
    }

    [StoreFact]
    public async Task A_key_is_taken_once_for_as_long_as_its_command_is_retained()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        StoredQueue other = await fixture.RegisterAsync("b");
        Command first = Samples.Pending(1, "key");
        await CommitAsync(queue, first);
        await CommitAsync(queue, Samples.Ended(first));

        Assert.Equal(CommitStatus.DuplicateKey, await CommitAsync(queue, Samples.Pending(2, "key")));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(other, Samples.Pending(1, "key")));
        Assert.Equal([Samples.Ended(first)], await fixture.Commands.FindByKeysAsync(queue.SourceNo, ["other", "key", "KEY", "k\0"]));
        Assert.Empty(await fixture.Commands.FindByKeysAsync(queue.SourceNo, ["KEY"]));

        await fixture.Commands.PurgeAsync(Samples.Noon.AddHours(1), 10);
        Assert.Empty(await fixture.Commands.FindByKeysAsync(queue.SourceNo, ["key"]));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, Samples.Pending(2, "key")));
    }

    [StoreFact]
    public async Task What_a_command_has_overtaken_is_found_once_it_has_ended()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        StoredQueue other = await fixture.RegisterAsync("b");
        Command ended = Samples.Ended(Samples.Pending(1)) with { OvertakenBy = 3 };
        foreach (StoredQueue one in (StoredQueue[])[queue, other])
        {
            await CommitAsync(one, Samples.Pending(1), Samples.Pending(2), Samples.Pending(3), Samples.Pending(4));
        }

        await CommitAsync(queue, ended, Samples.Leased(Samples.Pending(2)) with { OvertakenBy = 3 }, Samples.Ended(Samples.Pending(4)) with { OvertakenBy = 5 });

        Assert.Equal([ended], await fixture.Commands.FindOvertakenAsync(queue.SourceNo, 3));
        Assert.Empty(await fixture.Commands.FindOvertakenAsync(other.SourceNo, 3));
    }

    [StoreFact]
    public async Task A_queue_of_thousands_of_open_commands_is_read_whole_and_short_ones_with_it()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        StoredQueue other = await fixture.RegisterAsync("b");
        await CommitAsync(other, Samples.Pending(1));
        for (long first = 1; first <= 5_000; first += 1_000)
        {
            await CommitAsync(queue, [.. Enumerable.Range(0, 1_000).Select(number => Samples.Pending(first + number))]);
        }

        Command[] ended = [.. Enumerable.Range(1, 2_500).Select(seq => Samples.Ended(Samples.Pending(seq)))];
        foreach (Command[] some in ended.Chunk(1_000))
        {
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(
                new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. some], OpenFrom = 2_501 }));
        }

        Command[] redriven = [.. ended.Take(1_200).Select(Samples.Redriven)];
        foreach (Command[] some in redriven.Chunk(1_000))
        {
            Assert.Equal(CommitStatus.Committed, await fixture.Commands.CommitAsync(
                new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. some], OpenFrom = 2_501 }));
        }

        StoredQueue[] loaded = await Task.WhenAll(fixture.LoadAsync("a"), fixture.LoadAsync("b"), fixture.LoadAsync("a"));

        Assert.Equal([.. Enumerable.Range(1, 1_200), .. Enumerable.Range(2_501, 2_500)], loaded[0].State.Open.Select(command => (int)command.Seq).Order());
        Assert.True(loaded[0].State.Open.SequenceEqual(loaded[2].State.Open));
        Assert.Equal((5_000L, 1L), (loaded[0].State.LastSeq, loaded[1].State.LastSeq));
        Assert.Single(loaded[1].State.Open);
    }

    [StoreFact]
    public async Task The_same_id_in_two_projects_has_two_queues()
    {
        StoredQueue bare = await fixture.RegisterAsync("a");
        StoredQueue blue = await fixture.RegisterAsync("blue/a");
        Command first = Samples.Pending(1, "key");

        Assert.NotEqual(bare.SourceNo, blue.SourceNo);
        Assert.Equal(CommitStatus.Committed, await CommitAsync(bare, first));
        Assert.Empty((await fixture.LoadAsync("blue/a")).State.Open);
        Assert.Empty(await fixture.Commands.FindByKeysAsync(blue.SourceNo, ["key"]));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(blue, first, Samples.Pending(2)));
        Assert.Equal(CommitStatus.Committed, await CommitAsync(blue, Samples.Ended(first)));

        await fixture.ReopenAsync();
        StoredQueue[] loaded = await Task.WhenAll(((string[])["a", "blue/a", "a"]).Select(fixture.LoadAsync));
        Assert.Equal([1, 2, 1], loaded.Select(queue => Assert.Single(queue.State.Open).Seq));
        Assert.Empty(await fixture.Commands.ReadHistoryAsync(bare.SourceNo, null, 10));
        Assert.Single(await fixture.Commands.ReadHistoryAsync(blue.SourceNo, null, 10));
    }

    [StoreFact]
    public async Task The_pending_commands_of_a_project_are_counted()
    {
        ProjectId blue = ProjectId.Parse("blue");
        StoredQueue a = await fixture.RegisterAsync("blue/a");
        StoredQueue b = await fixture.RegisterAsync("blue/b");
        StoredQueue bare = await fixture.RegisterAsync("a");
        Assert.Equal(0, await fixture.Commands.CountPendingAsync(blue, Samples.Noon, 10));

        await CommitAsync(a, Samples.Pending(1), Samples.Pending(2), Samples.Pending(3));
        await CommitAsync(a, Samples.Leased(Samples.Pending(1)), Samples.Ended(Samples.Pending(2)));
        await CommitAsync(b, Samples.Pending(1), Samples.Pending(2));
        await CommitAsync(bare, Samples.Pending(1));

        Assert.Equal(3, await fixture.Commands.CountPendingAsync(blue, Samples.Noon, 10));
        Assert.Equal(2, await fixture.Commands.CountPendingAsync(blue, Samples.Noon, 2));
        Assert.Equal(1, await fixture.Commands.CountPendingAsync(ProjectId.Default, Samples.Noon, 10));
        Assert.Equal(0, await fixture.Commands.CountPendingAsync(ProjectId.Parse("red"), Samples.Noon, 10));
    }

    [StoreFact]
    public async Task An_ended_command_can_be_opened_again_by_its_next_version()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        Command ended = Samples.Ended(Samples.Pending(1));
        await CommitAsync(queue, Samples.Pending(1));
        await CommitAsync(queue, ended);
        Command redriven = ended with { Version = ended.Version + 1, State = CommandState.Pending, Outcome = null, RedriveCount = 1 };

        Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, redriven));
        Assert.Equal(redriven, Assert.Single((await fixture.LoadAsync("a")).State.Open));
        Assert.Empty(await fixture.Commands.ReadHistoryAsync(queue.SourceNo, null, 10));
    }

    [StoreFact]
    public async Task A_conflict_never_fails_its_neighbours()
    {
        StoredQueue[] queues = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => fixture.RegisterAsync($"s-{i}")));
        await Task.WhenAll(queues.Select(queue => CommitAsync(queue, Samples.Pending(1, "key"))));

        CommitStatus[] statuses = await Task.WhenAll(queues.Select((queue, i) => (i % 4) switch
        {
            0 => CommitAsync(queue, Samples.Pending(1)),
            1 => CommitAsync(queue, Samples.Pending(2, "key")),
            2 => CommitAsync(queue, Samples.Pending(2)),
            _ => CommitAsync(queue, Samples.Leased(Samples.Pending(1, "key"))),
        }));

        Assert.All(statuses.Index(), status => Assert.Equal(
            (status.Index % 4) switch { 0 => CommitStatus.Conflict, 1 => CommitStatus.DuplicateKey, _ => CommitStatus.Committed }, status.Item));
    }

    [StoreFact]
    public async Task Of_many_writers_of_one_version_one_wins()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await CommitAsync(queue, Samples.Pending(1));

        CommitStatus[] statuses = await Task.WhenAll(Enumerable.Range(1, 50).Select(_ => CommitAsync(queue, Samples.Leased(Samples.Pending(1)))));

        Assert.Single(statuses, CommitStatus.Committed);
    }

    [StoreFact]
    public async Task Many_source_servers_are_written_at_the_same_time()
    {
        // One after another: all at once would open a connection for each, which a busy machine does not do in time.
        var queues = new List<StoredQueue>();
        for (int i = 0; i < 200; i++)
        {
            queues.Add(await fixture.RegisterAsync($"s-{i}"));
        }

        await Task.WhenAll(queues.Select(async queue =>
        {
            for (int seq = 1; seq <= 5; seq++)
            {
                Command command = Samples.Pending(seq);
                Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, command));
                Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, Samples.Leased(command)));
                Assert.Equal(CommitStatus.Committed, await CommitAsync(queue, Samples.Ended(Samples.Leased(command))));
            }
        }));

        foreach (StoredQueue queue in queues)
        {
            Assert.Equal([5, 4, 3, 2, 1], (await fixture.Commands.ReadHistoryAsync(queue.SourceNo, null, 10)).Select(command => command.Seq));
        }
    }

    [StoreFact]
    public async Task Tags_of_reports_are_read_by_the_instant_of_the_end_whatever_the_number()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        StoredQueue other = await fixture.RegisterAsync("b");
        await CommitTaggedAsync(other, (1, 7));
        await CommitTaggedAsync(queue, (1, 9), (2, 3), (3, 5), (4, 5));
        await CommitAsync(queue, Samples.Pending(5));
        await CommitAsync(queue, Samples.Ended(Samples.Pending(5)));
        await CommitAsync(queue, Samples.Pending(6));
        await CommitAsync(queue, Samples.Pending(7));
        await CommitAsync(queue, TaggedAt(7, 30) is var last ? last with { State = CommandState.Expired, Outcome = last.Outcome! with { Result = null, ResultDetail = null, ReportTag = null } } : last);

        Assert.Equal([1_009, 4_005, 3_005, 2_003], await fixture.Commands.ReadReportTagsAsync(queue.SourceNo, 10));
        Assert.Equal([1_009, 4_005], await fixture.Commands.ReadReportTagsAsync(queue.SourceNo, 2));
    }

    /// <summary>A history of any length costs no more.</summary>
    [StoreFact]
    public async Task Tags_of_reports_are_read_of_the_newest_commands_only()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await CommitTaggedAsync(queue, [.. Enumerable.Range(1, ICommandStore.ReportTagReach + 1).Select(seq => (seq, seq <= 2 ? 9 : 3))]);

        Assert.Equal([2_009], await fixture.Commands.ReadReportTagsAsync(queue.SourceNo, 1));
    }

    [StoreFact]
    public async Task History_is_read_from_the_newest_number_down()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await AddEndedAsync(queue, 5);
        await CommitAsync(queue, Samples.Pending(6));

        Assert.Equal([5, 4], (await fixture.Commands.ReadHistoryAsync(queue.SourceNo, null, 2)).Select(command => command.Seq));
        Assert.Equal([3, 2], (await fixture.Commands.ReadHistoryAsync(queue.SourceNo, 4, 2)).Select(command => command.Seq));
        Assert.Empty(await fixture.Commands.ReadHistoryAsync(queue.SourceNo, 1, 2));
        Assert.Null(await fixture.Commands.FindAsync(queue.SourceNo, 7));
    }

    [StoreFact]
    public async Task Stray_reports_are_kept_newest_first_and_no_more_than_allowed()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        for (int i = 0; i <= QueueCommit.MaxStrayReports; i++)
        {
            await fixture.Commands.CommitAsync(new QueueCommit
            {
                SourceNo = queue.SourceNo,
                Commands = [],
                Stray = Stray(i),
            });
        }

        await fixture.ReopenAsync();
        IReadOnlyList<StrayReport> kept = await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 0, 1_000);

        Assert.Equal(QueueCommit.MaxStrayReports, kept.Count);
        Assert.Equal(Stray(QueueCommit.MaxStrayReports), kept[0]);
        Assert.Equal(Stray(1), kept[^1]);
        Assert.Equal(kept.Take(2), await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 0, 2));
        Assert.Equal(kept.Skip(2).Take(3), await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 2, 3));
        Assert.Equal(kept.Skip(97), await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 97, 10));
        Assert.Empty(await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, QueueCommit.MaxStrayReports, 10));
    }

    [StoreFact]
    public async Task Purging_removes_old_ended_commands_counts_them_and_never_frees_a_number()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await AddEndedAsync(queue, 3);
        await CommitAsync(queue, Samples.Pending(4));
        await CommitAsync(queue, Samples.Ended(Samples.Pending(4), Samples.Noon.AddDays(1)));

        Assert.Equal(3, await fixture.Commands.PurgeAsync(Samples.Noon.AddHours(1), 10));
        Assert.Equal(0, await fixture.Commands.PurgeAsync(Samples.Noon.AddHours(1), 10));
        await fixture.ReopenAsync();
        Assert.Equal((4L, 3L), CountersOf(await fixture.LoadAsync("a")));

        Assert.Equal(1, await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(2), 10));
        await fixture.ReopenAsync();
        Assert.Equal((4L, 4L), CountersOf(await fixture.LoadAsync("a")));
    }

    [StoreFact]
    public async Task A_purge_takes_no_more_than_its_limit_and_no_open_command()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await CommitAsync(queue, Samples.Pending(1));
        for (long seq = 2; seq <= 6; seq++)
        {
            await CommitAsync(queue, Samples.Pending(seq));
            await CommitAsync(queue, Samples.Ended(Samples.Pending(seq)));
        }

        Assert.Equal(2, await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 2));
        Assert.Equal(2, await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 2));
        Assert.Equal(1, await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 2));
        Assert.Equal(Samples.Pending(1), Assert.Single((await fixture.LoadAsync("a")).State.Open));
    }

    [StoreFact]
    public async Task Old_stray_reports_are_purged_too()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [], Stray = Stray(1) });

        await fixture.Commands.PurgeAsync(Samples.Noon, 10);
        Assert.Single(await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 0, 10));
        await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 10);
        Assert.Empty(await fixture.Commands.ReadStrayReportsAsync(queue.SourceNo, 0, 10));
    }

    [StoreFact]
    public async Task A_damaged_row_quarantines_its_source_server_and_stays_as_it_is()
    {
        (string Name, Func<byte[], byte[]?> Damage)[] damages =
        [
            ("null", _ => null),
            ("empty", _ => []),
            ("truncated", payload => payload[..^1]),
            ("newer", payload => [(byte)(payload[0] + 1), .. payload[1..]]),
            ("flipped", payload => [.. payload[..^1], (byte)(payload[^1] ^ 1)]),
        ];
        StoredQueue healthy = await fixture.RegisterAsync("healthy");
        await CommitAsync(healthy, Samples.Pending(1));
        foreach ((string name, Func<byte[], byte[]?> damage) in damages)
        {
            StoredQueue queue = await fixture.RegisterAsync(name);
            await CommitAsync(queue, Samples.Pending(1));
            byte[] original = [];
            if (!await fixture.DamageAsync(queue.SourceNo, 1, payload => damage(original = payload)))
            {
                return;
            }

            await Assert.ThrowsAsync<UnreadableRowException>(() => fixture.Commands.LoadAsync(SourceServerKey.Parse(name)));
            await Assert.ThrowsAsync<UnreadableRowException>(() => fixture.Commands.FindAsync(queue.SourceNo, 1));
            Assert.NotEmpty((await fixture.Sources.FindAsync(SourceServerKey.Parse(name)))!.QuarantineReason!);
            Assert.Contains((await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: true))).Servers, server => server.Key.Text == name);
            Assert.Single((await fixture.LoadAsync("healthy")).State.Open);

            await fixture.DamageAsync(queue.SourceNo, 1, _ => original);
            Assert.Equal(Samples.Pending(1), Assert.Single((await fixture.LoadAsync(name)).State.Open));
            Assert.Null((await fixture.Sources.FindAsync(SourceServerKey.Parse(name)))!.QuarantineReason);
        }
    }

    private Task<CommitStatus> CommitAsync(StoredQueue queue, params ImmutableArray<Command> commands) =>
        fixture.Commands.CommitAsync(CommitOf(queue, commands));

    private static QueueCommit CommitOf(StoredQueue queue, params ImmutableArray<Command> commands) => new() { SourceNo = queue.SourceNo, Commands = commands };

    private async Task AddEndedAsync(StoredQueue queue, int count)
    {
        for (long seq = 1; seq <= count; seq++)
        {
            await CommitAsync(queue, Samples.Pending(seq));
            await CommitAsync(queue, Samples.Ended(Samples.Pending(seq)));
        }
    }

    /// <summary>Commands that signed reports ended in these minutes; the tag is the number's thousand and the minute.</summary>
    private async Task CommitTaggedAsync(StoredQueue queue, params (int Seq, int Minute)[] ends)
    {
        foreach ((int Seq, int Minute)[] part in ends.Chunk(100))
        {
            await CommitAsync(queue, [.. part.Select(end => Samples.Pending(end.Seq))]);
            await CommitAsync(queue, [.. part.Select(end => TaggedAt(end.Seq, end.Minute))]);
        }
    }

    private static Command TaggedAt(int seq, int minute)
    {
        Command ended = Samples.Ended(Samples.Pending(seq), Samples.Noon.AddMinutes(minute));
        return ended with { Outcome = ended.Outcome! with { ReportTag = (ulong)((1_000 * seq) + minute) } };
    }

    private static (long LastSeq, long RemovedCount) CountersOf(StoredQueue queue) => (queue.State.LastSeq, queue.State.RemovedCount);

    private static StrayReport Stray(int i) => new()
    {
        Reason = StrayReason.Contradicting,
        Name = "START ü",
        Seq = i == 1 ? null : i,
        Result = ReportResult.Fail,
        ResultDetail = """{"漢":1}""",
        ReportedAt = Samples.Noon.AddSeconds(i),
        ReportedBy = "agent",
    };
}
