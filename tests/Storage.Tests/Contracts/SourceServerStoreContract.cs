using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What every <see cref="ISourceServerStore"/> promises. A provider subclasses it with its fixture.</summary>
public abstract class SourceServerStoreContract(StoreFixture fixture) : IAsyncLifetime
{
    private async Task<string[]> MatchingAsync(SourceServerFilter filter)
    {
        SourceServerPage page = await fixture.Sources.ListAsync(filter);
        Assert.Equal(page.Servers.Count + filter.Offset, page.TotalCount);
        return [.. page.Servers.Select(server => server.Key.Text)];
    }

    private const int NoLimit = 1_000_000;

    private static readonly ProjectId Blue = ProjectId.Parse("blue");

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task A_source_server_is_registered_found_and_known()
    {
        SourceServer server = Samples.Server("a");

        Assert.False(await fixture.Sources.ExistsAsync(server.Key));
        Assert.Null(await fixture.Sources.FindAsync(server.Key));
        Assert.True(await fixture.Sources.RegisterAsync(server, NoLimit));
        await fixture.ReopenAsync();
        Assert.True(await fixture.Sources.ExistsAsync(server.Key));
        Assert.Equal(server, await fixture.Sources.FindAsync(server.Key));
        Assert.False(await fixture.Sources.ExistsAsync(SourceServerKey.Parse("A")));
    }

    [StoreFact]
    public async Task Registering_again_updates_what_the_agent_says_and_nothing_else()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);

        await fixture.Sources.RegisterAsync(Samples.Server("a", "new name") with { Details = "{}", RegisteredAt = Samples.Noon.AddDays(1) }, NoLimit);

        Assert.Equal(Samples.Server("a", "new name") with { Details = "{}" }, await fixture.Sources.FindAsync(SourceServerKey.Parse("a")));
    }

    [StoreFact]
    public async Task The_limit_refuses_a_new_source_server_and_no_known_one()
    {
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("a"), maxCount: 2));
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("b"), maxCount: 2));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("c"), maxCount: 2));
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("b"), maxCount: 2));
        Assert.False(await fixture.Sources.ExistsAsync(SourceServerKey.Parse("c")));

        await fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Samples.Noon);
        Assert.True(await fixture.Sources.RegisterAsync(Samples.Server("c"), maxCount: 2));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("a"), maxCount: 2));
    }

    [StoreFact]
    public async Task The_limit_counts_for_each_project_by_itself_and_is_exact_under_a_rush()
    {
        bool[] bare = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => fixture.Sources.RegisterAsync(Samples.Server($"s-{i}"), maxCount: 3)));
        bool[] blue = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => fixture.Sources.RegisterAsync(Samples.Server($"blue/s-{i}"), maxCount: 5)));

        Assert.Equal((3, 5), (bare.Count(fits => fits), blue.Count(fits => fits)));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("red/s-1"), maxCount: 0));
        Assert.Equal(5, (await fixture.Sources.ListAsync(new SourceServerFilter(Blue, 10))).TotalCount);
    }

    [StoreFact]
    public async Task The_same_id_in_two_projects_is_two_source_servers()
    {
        SourceServerKey bare = SourceServerKey.Parse("a");
        SourceServerKey blue = SourceServerKey.Parse("blue/a");
        await fixture.Sources.RegisterAsync(Samples.Server("a", "bare"), NoLimit);
        Assert.False(await fixture.Sources.ExistsAsync(blue));
        Assert.Null(await fixture.Sources.FindAsync(blue));
        Assert.False(await fixture.Sources.RenameAsync(blue, "other"));
        Assert.False(await fixture.Sources.DeleteAsync(blue, Samples.Noon));

        await fixture.Sources.RegisterAsync(Samples.Server("blue/a", "blue"), NoLimit);
        await fixture.Sources.RegisterAsync(Samples.Server("blue/b", "blue"), NoLimit);
        await VisitAsync(("blue/a", Samples.Noon.AddMinutes(1)));
        await fixture.Sources.MarkOverridesAsync(blue);
        await fixture.Sources.RenameAsync(blue, "renamed");
        await fixture.ReopenAsync();

        Assert.Equal(Samples.Server("a", "bare"), await fixture.Sources.FindAsync(bare));
        Assert.Equal(Samples.Server("blue/a", "renamed") with { LastVisitAt = Samples.Noon.AddMinutes(1) }, await fixture.Sources.FindAsync(blue));
        Assert.Equal((false, true), ((await fixture.LoadAsync("a")).HasOverrides, (await fixture.LoadAsync("blue/a")).HasOverrides));
        Assert.Equal(["a"], await KeysAsync(ProjectId.Default));
        Assert.Equal(["blue/a", "blue/b"], await KeysAsync(Blue));
        Assert.Empty(await KeysAsync(ProjectId.Parse("red")));

        Assert.True(await fixture.Sources.DeleteAsync(bare, Samples.Noon));
        Assert.Null(await fixture.Sources.FindAsync(bare));
        Assert.NotNull(await fixture.Commands.LoadAsync(blue));
        Assert.Equal(["blue/a", "blue/b"], await KeysAsync(Blue));
    }

    [StoreFact]
    public async Task A_project_sees_its_own_quarantined_only()
    {
        StoredQueue queue = await fixture.RegisterAsync("blue/a");
        await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] });
        if (!await fixture.DamageAsync(queue.SourceNo, 1, _ => null))
        {
            return;
        }

        await Assert.ThrowsAsync<UnreadableRowException>(() => fixture.Commands.LoadAsync(SourceServerKey.Parse("blue/a")));

        Assert.Equal(1, (await fixture.Sources.ListAsync(new SourceServerFilter(Blue, 10, Quarantined: true))).TotalCount);
        Assert.Empty((await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: true))).Servers);
        Assert.Equal(1, (await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, NameContains: "WEB"))).TotalCount);
    }

    [StoreFact]
    public async Task Pages_come_in_the_order_of_registration()
    {
        foreach (string id in (string[])["c", "a", "b"])
        {
            await fixture.Sources.RegisterAsync(Samples.Server(id, "Name-" + id), NoLimit);
        }

        SourceServerPage page = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 2, Offset: 1));
        SourceServerPage named = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, NameContains: "nAME-B"));
        SourceServerPage wild = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, NameContains: "%"));

        Assert.Equal(["a", "b"], page.Servers.Select(server => server.Key.Text));
        Assert.Equal(3, page.TotalCount);
        Assert.Equal(("b", 1L), (Assert.Single(named.Servers).Key.Text, named.TotalCount));
        Assert.Empty(wild.Servers);
        Assert.Empty((await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: true))).Servers);
        Assert.Equal(3, (await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: false))).TotalCount);
    }

    [StoreFact]
    public async Task A_source_server_is_renamed()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);

        Assert.True(await fixture.Sources.RenameAsync(SourceServerKey.Parse("a"), "other"));
        Assert.False(await fixture.Sources.RenameAsync(SourceServerKey.Parse("b"), "other"));
        Assert.Equal("other", (await fixture.Sources.FindAsync(SourceServerKey.Parse("a")))!.Name);
    }

    [StoreFact]
    public async Task A_source_server_is_replaced_only_as_it_was_read()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);
        SourceServer read = (await fixture.Sources.FindAsync(SourceServerKey.Parse("a")))!;

        Assert.True(await fixture.Sources.ReplaceAsync(read, "other", """{"ip":"10.0.0.2"}"""));
        Assert.False(await fixture.Sources.ReplaceAsync(read, "third", read.Details));
        Assert.False(await fixture.Sources.ReplaceAsync(Samples.Server("b"), "other", "{}"));

        SourceServer other = read with { Name = "other", Details = """{"ip":"10.0.0.2"}""" };
        Assert.Equal(other, await fixture.Sources.FindAsync(read.Key));
        Assert.Equal(1, (await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, NameContains: "OTHER"))).TotalCount);
        await fixture.Sources.DeleteAsync(read.Key, Samples.Noon);
        Assert.False(await fixture.Sources.ReplaceAsync(other, "third", "{}"));
    }

    [StoreFact]
    public async Task A_page_holds_what_all_filters_match()
    {
        (string Key, string Details)[] servers =
        [
            ("a", """{"ip":"10.0.0.1","migprojectid":"p"}"""), ("b", """{"ip":"10.0.0.1"}"""), ("c", """{"ip":["10.0.0.1"],"x":1e999}"""), ("blue/a", """{"ip":"10.0.0.1"}"""),
        ];
        foreach ((string key, string details) in servers)
        {
            await fixture.Sources.RegisterAsync(Samples.Server(key) with { Details = details }, NoLimit);
        }

        await VisitAsync(("a", Samples.Noon), ("b", Samples.Noon.AddMinutes(-1)));

        var all = new SourceServerFilter(ProjectId.Default, 10) { VisitedSince = Samples.Noon };
        SourceServerFilter named = all with { Members = """{"ip":"10.0.0.1"}""" };
        Assert.Equal(["a", "b"], await MatchingAsync(named));
        Assert.Equal(["b"], await MatchingAsync(named with { Offset = 1 }));
        Assert.Equal(["a"], await MatchingAsync(all with { Members = """{"ip":"10.0.0.1","migprojectid":"p"}""" }));
        Assert.Empty(await MatchingAsync(all with { Members = """{"ip":"10.0.0.1' or 1=1 --"}""" }));
        Assert.Empty(await MatchingAsync(all with { Members = """{"ip' or 'x":"y"}""" }));
        Assert.Equal(["a"], await MatchingAsync(all with { Visited = true }));
        Assert.Equal(["b", "c"], await MatchingAsync(all with { Visited = false }));
        Assert.Equal(["b"], await MatchingAsync(all with { Key = SourceServerKey.Parse("b") }));
        Assert.Empty(await MatchingAsync(all with { Key = SourceServerKey.Parse("blue/a") }));
        Assert.Equal(
            ["b"], await MatchingAsync(named with { Key = SourceServerKey.Parse("b"), Visited = false, Quarantined = false, NameContains = "WEB" }));
    }

    [StoreFact]
    public async Task A_name_is_found_whatever_the_case_in_every_alphabet()
    {
        (string Key, string Name)[] servers =
            [("a", "\u00c4nderung"), ("b", "v-\u00e4ndern"), ("c", "\u0130-1"), ("d", "i-2"), ("e", "I-3"), ("f", "\u0131-4"), ("g", "\u039f\u0394\u039f\u03a3"), ("h", "\u043f\u043e\u0447\u0442\u0430")];
        foreach ((string key, string name) in servers)
        {
            await fixture.Sources.RegisterAsync(Samples.Server(key) with { Name = name }, NoLimit);
        }

        await fixture.Sources.RegisterAsync(Samples.Server("h") with { Name = "\u041fo\u0447\u0442\u0430" }, NoLimit);
        Assert.True(await fixture.Sources.RenameAsync(SourceServerKey.Parse("h"), "\u041f\u043e\u0447\u0442\u0430"));

        var all = new SourceServerFilter(ProjectId.Default, 10);
        foreach ((string text, string[] found) in ((string, string[])[])
            [
                ("\u00e4nder", ["a", "b"]), ("\u00c4NDER", ["a", "b"]), ("i-", ["d", "e"]), ("I-", ["d", "e"]), ("\u0130", ["c"]), ("\u0131", ["f"]),
                ("\u03bf\u03b4\u03bf\u03c2", ["g"]), ("\u041f\u041e\u0427", ["h"]), ("\u00e4ndern ", []),
            ])
        {
            Assert.Equal(found, await MatchingAsync(all with { NameContains = text }));
        }
    }

    /// <summary>Whoever stored them: a row must not take its whole project's lists away.</summary>
    [StoreFact]
    public async Task Text_with_U_0000_or_half_a_surrogate_pair_matches_no_filter_and_breaks_no_list()
    {
        (string Key, string Details)[] servers =
        [
            ("a", """{"ip":"10.0.0.1"}"""),
            ("b", """{"ip":"10.0.0.1\u0000"}"""),
            ("c", """{"ip":"10.0.0.1\uD800"}"""),
            ("d", """{"ip":"10.0.0.1","disks":[{"n\u0000":"\uDC00\ud800\\"}]}"""),
            ("e", """{"ip":"10.0.0.1","\ud83d\ud83d\ude00":"\\\u0000"}"""),
            ("f", """{"ip":"\\u0000"}"""),
            ("g", """{"ip":"\ud83d\uDE00","\udc00":"\\ud800\n"}"""),
        ];
        foreach ((string key, string details) in servers)
        {
            await fixture.Sources.RegisterAsync(Samples.Server(key) with { Details = details }, NoLimit);
        }

        var all = new SourceServerFilter(ProjectId.Default, 10);
        Assert.Equal(["a", "d", "e"], await MatchingAsync(all with { Members = """{"ip":"10.0.0.1"}""" }));
        Assert.Equal(["f"], await MatchingAsync(all with { Members = """{"ip":"\\u0000"}""" }));
        Assert.Equal(["g"], await MatchingAsync(all with { Members = """{"ip":"\ud83d\ude00"}""" }));
        Assert.Empty(await MatchingAsync(all with { Members = """{"ip":""}""" }));
        Assert.Equal(7, (await MatchingAsync(all)).Length);
    }

    [StoreFact]
    public async Task One_with_an_open_command_is_not_deleted()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] });

        Assert.False(await fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Samples.Noon));
        Assert.True(await fixture.Sources.ExistsAsync(SourceServerKey.Parse("a")));
    }

    /// <summary>As by an activation that has not looked at the store for long.</summary>
    [StoreFact]
    public async Task One_that_a_command_was_enqueued_for_behind_its_deletion_comes_back_and_counts()
    {
        SourceServerKey key = SourceServerKey.Parse("blue/a");
        StoredQueue stale = await fixture.RegisterAsync(key.Text);
        await fixture.RegisterAsync("blue/b");
        Assert.True(await fixture.Sources.DeleteAsync(key, Samples.Noon));
        Assert.True(await fixture.Sources.DeleteAsync(SourceServerKey.Parse("blue/b"), Samples.Noon));
        Assert.Empty((await fixture.Sources.RestoreAsync(Samples.Noon.AddHours(-1))).Keys);

        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = stale.SourceNo, Commands = [Samples.Pending(1)], Lineage = stale.Lineage });

        Assert.Equal([key], (await fixture.Sources.RestoreAsync(Samples.Noon.AddHours(-1))).Keys);
        Assert.Empty((await fixture.Sources.RestoreAsync(Samples.Noon.AddHours(-1))).Keys);
        Assert.Equal([1L], (await fixture.LoadAsync(key.Text)).State.Open.Select(command => command.Seq));
        Assert.Equal(["blue/a"], await KeysAsync(Blue));
        Assert.False(await fixture.Sources.RegisterAsync(Samples.Server("blue/c"), maxCount: 1));
        Assert.False(await fixture.Sources.DeleteAsync(key, Samples.Noon));
    }

    [StoreFact]
    public async Task One_that_is_registered_again_keeps_its_number_and_its_highest_number()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] });
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Ended(Samples.Pending(1))] });

        Assert.True(await fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Samples.Noon.AddDays(1)));
        Assert.False(await fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Samples.Noon.AddDays(1)));
        Assert.Null(await fixture.Commands.LoadAsync(SourceServerKey.Parse("a")));
        Assert.Null(await fixture.Sources.FindAsync(SourceServerKey.Parse("a")));
        Assert.Equal(0, (await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10))).TotalCount);
        await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 10);

        StoredQueue again = await fixture.RegisterAsync("a");
        Assert.Equal((queue.SourceNo, 1L), (again.SourceNo, again.State.LastSeq));
    }

    [StoreFact]
    public async Task One_that_is_registered_again_after_all_of_it_is_gone_is_given_no_number_twice()
    {
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Pending(1)] });
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [Samples.Ended(Samples.Pending(1))] });
        StoredQueue other = await fixture.RegisterAsync("b");
        Assert.True(await fixture.Sources.DeleteAsync(SourceServerKey.Parse("a"), Samples.Noon));
        await fixture.Commands.PurgeAsync(Samples.Noon.AddDays(1), 10);

        StoredQueue again = await fixture.RegisterAsync("a");
        Assert.Equal(1L, again.State.LastSeq);
        Assert.NotEqual(other.SourceNo, again.SourceNo);
        Assert.Equal(0L, again.State.HistoryCount);
        Assert.Null(await fixture.Commands.FindAsync(again.SourceNo, 1));
    }

    [StoreFact]
    public async Task Visits_only_move_forward_and_unknown_ones_are_passed_over()
    {
        await fixture.Sources.RegisterAsync(Samples.Server("a"), NoLimit);
        await VisitAsync(("a", Samples.Noon.AddMinutes(1)), ("nobody", Samples.Noon));
        await VisitAsync(("a", Samples.Noon));

        Assert.Equal(Samples.Noon.AddMinutes(1), (await fixture.Sources.FindAsync(SourceServerKey.Parse("a")))!.LastVisitAt);
    }

    [StoreFact]
    public async Task Settings_of_its_own_are_marked_until_it_is_deleted()
    {
        SourceServerKey key = SourceServerKey.Parse("a");
        await fixture.RegisterAsync("a");

        Assert.True(await fixture.Sources.MarkOverridesAsync(key));
        Assert.True(await fixture.Sources.MarkOverridesAsync(key));
        Assert.True((await fixture.LoadAsync("a")).HasOverrides);
        await fixture.Sources.DeleteAsync(key, Samples.Noon);
        Assert.False(await fixture.Sources.MarkOverridesAsync(key));
        Assert.False((await fixture.RegisterAsync("a")).HasOverrides);
    }

    /// <summary>The store reads the commands; whether the settings can be read, only their reader knows.</summary>
    [StoreFact]
    public async Task One_with_settings_of_its_own_stays_listed_as_quarantined_until_its_reader_says_otherwise()
    {
        SourceServerKey key = SourceServerKey.Parse("a");
        await fixture.RegisterAsync("a");
        await fixture.RegisterAsync("b");
        await fixture.Sources.MarkOverridesAsync(key);
        await fixture.Sources.SetQuarantineAsync(key, "Its settings are gone.");
        await fixture.Sources.SetQuarantineAsync(SourceServerKey.Parse("b"), "Its settings are gone.");

        Assert.Equal("Its settings are gone.", (await fixture.LoadAsync("a")).QuarantineReason);
        await fixture.LoadAsync("b");
        Assert.Equal(["a"], (await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: true))).Servers.Select(server => server.Key.Text));

        await fixture.Sources.SetQuarantineAsync(key, null);
        Assert.Null((await fixture.LoadAsync("a")).QuarantineReason);
        Assert.Null((await fixture.Sources.FindAsync(key))!.QuarantineReason);
    }

    private async Task<IEnumerable<string>> KeysAsync(ProjectId project) =>
        (await fixture.Sources.ListAsync(new SourceServerFilter(project, 10))).Servers.Select(server => server.Key.Text);

    private Task VisitAsync(params (string Key, DateTimeOffset At)[] visits) =>
        fixture.Sources.RecordVisitsAsync([.. visits.Select(visit => KeyValuePair.Create(SourceServerKey.Parse(visit.Key), visit.At))]);
}
