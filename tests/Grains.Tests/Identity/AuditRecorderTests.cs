using CommandBroker.Contracts.Identity;
using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class AuditRecorderTests
{
    private static readonly SourceServerKey P1 = SourceServerKey.Parse("p-1/s");

    private readonly FakeTimeProvider _clock = new(IdentitySilo.Start);
    private readonly AuditRecorder _recorder;

    public AuditRecorderTests() => _recorder = new AuditRecorder(Options.Create(new IdentityOptions { AuditBurstCount = 3 }), _clock);

    [Fact]
    public void What_comes_often_is_noted_one_by_one_up_to_a_burst_and_then_counted()
    {
        for (int i = 0; i < 5; i++)
        {
            _recorder.RecordOften("command.enqueued", "olga", P1, seq => $"s/{seq}", i, count: 10);
        }

        _recorder.RecordOften("command.enqueued", "otto", P1, seq => $"s/{seq}", 9);
        _recorder.RecordOften("command.enqueued", "olga", SourceServerKey.Parse("p-2/s"), seq => $"s/{seq}", 9, count: 0);
        IReadOnlyList<AuditEvent> events = _recorder.TakeAll(out long lost);

        Assert.Equal(["s/0", "s/1", "s/2", "s/9", null], events.Select(one => one.Subject));
        Assert.Equal(("olga", "p-1", "20 more in about 1 s"), (events[4].Actor.Name, events[4].ProjectId, events[4].Detail));
        Assert.All(events, one => Assert.Equal(IdentitySilo.Start, one.At));
        Assert.Equal(0, lost);
        Assert.Empty(_recorder.TakeAll(out _));
    }

    [Fact]
    public void Refusals_of_one_address_are_noted_one_by_one_up_to_a_burst_and_then_counted()
    {
        for (int i = 0; i < 10; i++)
        {
            _recorder.RecordRefusal(Refusal("192.0.2.1"));
        }

        _recorder.RecordRefusal(Refusal("192.0.2.2"));
        IReadOnlyList<AuditEvent> events = _recorder.TakeAll(out long lost);

        Assert.Equal((5, 0), (events.Count, lost));
        Assert.Equal(("192.0.2.1", "7 more in about 1 s"), (events[4].Actor.RemoteAddress, events[4].Detail));
        Assert.Empty(_recorder.TakeAll(out _));
    }

    private static AuditEvent Refusal(string address) => new()
    {
        At = IdentitySilo.Start,
        Actor = new AuditActor { DomainId = "d", Name = "ann", RemoteAddress = address },
        Action = "signin.refused",
    };

    [Fact]
    public async Task What_is_noted_says_where_the_call_began_and_what_is_counted_does_not()
    {
        var origin = new CallOrigin { PrincipalId = "p", RemoteAddress = "192.0.2.7", RequestId = "r-1" };
        await NoteAsync();
        _recorder.Record("command.cancelled", "olga", P1, "s/9");
        IReadOnlyList<AuditEvent> events = _recorder.TakeAll(out _);

        Assert.Equal(6, events.Count);
        Assert.All(events.Take(4), one => Assert.Equal(("p", "192.0.2.7", "r-1"), (one.Actor.PrincipalId, one.Actor.RemoteAddress, one.RequestId)));
        Assert.All(events.Skip(4), one => Assert.Equal((null, null, null), (one.Actor.PrincipalId, one.Actor.RemoteAddress, one.RequestId)));

        async Task NoteAsync()
        {
            CallOrigin.Tell(origin);
            _recorder.Record("command.redriven", "olga", P1, "s/1");
            await Task.Yield();
            for (int i = 0; i < 5; i++)
            {
                _recorder.RecordOften("command.enqueued", "olga", P1, seq => $"s/{seq}", i);
            }
        }
    }

    [Fact]
    public void What_is_rare_is_never_counted_together()
    {
        for (int i = 0; i < 10; i++)
        {
            _recorder.Record("command.cancelled", "olga", P1, $"s/{i}");
        }

        Assert.Equal(10, _recorder.TakeAll(out _).Count);
    }

    [Fact]
    public void The_subject_is_not_even_made_of_what_is_only_counted()
    {
        for (int i = 0; i < 4; i++)
        {
            int at = i;
            _recorder.RecordOften("command.enqueued", "olga", P1, _ => at < 3 ? "s" : throw new InvalidOperationException(), i);
        }
    }

    [Fact]
    public void What_is_too_much_is_lost_and_counted()
    {
        for (int i = 0; i < AuditRecorder.MaxCount + 7; i++)
        {
            _recorder.Record("command.cancelled", "olga", P1, "s");
        }

        IReadOnlyList<AuditEvent> events = _recorder.TakeAll(out long lost);
        Assert.Equal((AuditRecorder.MaxCount, 7L), (events.Count, lost));
        _recorder.Record("command.cancelled", "olga", P1, "s");
        _recorder.PutBack(events);
        Assert.Equal(AuditRecorder.MaxCount, _recorder.TakeAll(out lost).Count);
        Assert.Equal(1, lost);
    }

    [Fact]
    public async Task When_a_part_fails_the_parts_before_it_are_not_written_again()
    {
        var database = new FaultyDatabase();
        await using var silo = new Disposable(new IdentitySilo(database, _ => { }));
        IdentitySilo broker = await silo.StartAsync();
        var recorder = broker.Service<AuditRecorder>();
        for (int i = 0; i < 2_500; i++)
        {
            recorder.Record("command.cancelled", "olga", SourceServerKey.Parse("s"), $"s/{i}");
        }

        database.AuditRoom = 1_000;
        await Assert.ThrowsAsync<StoreUnavailableException>(broker.Service<AuditFlushService>().FlushAsync);
        database.AuditRoom = null;
        await broker.Service<AuditFlushService>().FlushAsync();

        var subjects = new List<string?>();
        for (long? before = null; ;)
        {
            StoredAuditPage page = await database.Identities.ReadAuditAsync(new AuditFilter(null, null, "command.", before, 1_000));
            subjects.InsertRange(0, page.Events.Reverse().Select(one => one.Subject));
            if (page.Events.Count == 0)
            {
                break;
            }

            before = page.Events[^1].AuditNo;
        }

        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => $"s/{i}"), subjects);
    }

    [Fact]
    public async Task Events_wait_while_the_store_is_down_and_are_written_in_their_order()
    {
        var database = new FaultyDatabase();
        await using var silo = new Disposable(new IdentitySilo(database, _ => { }));
        IdentitySilo broker = await silo.StartAsync();
        var recorder = broker.Service<AuditRecorder>();
        database.IsDown = true;
        recorder.Record("command.cancelled", "olga", SourceServerKey.Parse("s"), "s/1");
        await Assert.ThrowsAsync<StoreUnavailableException>(broker.Service<AuditFlushService>().FlushAsync);

        database.IsDown = false;
        recorder.Record("command.redriven", "olga", SourceServerKey.Parse("s"), "s/1");
        await broker.Service<AuditFlushService>().FlushAsync();

        AuditEvent[] events = [.. await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = "command." })];
        Assert.Equal(["command.redriven", "command.cancelled"], events.Select(one => one.Action));
        Assert.All(events, one => Assert.Equal((DefaultTenant.DomainId, DefaultTenant.ProjectId), (one.Actor.DomainId, one.ProjectId)));
    }

    [Fact]
    public async Task What_is_done_to_commands_and_source_servers_is_in_the_audit_with_who_did_it()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        var directory = broker.Grain<ISourceDirectoryGrain>(0);
        var queue = broker.Grain<ISourceServerGrain>("web-1");
        await directory.RegisterAsync(new RegisterCall { ServerId = "web-1", Name = "web", OsType = "LINUX", Actor = "agent" });
        EnqueueCall keyed = BrokerCluster.Call("START", key: "k");
        await queue.EnqueueAsync([keyed, BrokerCluster.Call("SYNC")], "olga");
        await queue.EnqueueAsync([keyed], "olga");
        await queue.EnqueueAsync([BrokerCluster.Call("STOP")], "otto");
        await queue.CancelAsync(3, "olga", reason: null);
        await queue.CancelAsync(3, "otto", reason: null);
        await queue.CancelAsync(1, "olga", reason: null);
        await queue.CancelAsync(2, "olga", reason: null);
        await Assert.ThrowsAsync<BrokerException>(async () => await queue.CancelAsync(99, "olga", reason: null));
        await queue.ConfigureAsync(new SourceServerSettings { MaxDeliveries = 2 }, "olga");
        await directory.RenameAsync("web-1", "other", "olga");
        await queue.DeleteAsync("olga");

        AuditEvent[] events = [.. (await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery())).Reverse()];

        Assert.Equal(
            [
                "agent server.registered web-1", "olga command.enqueued web-1/2 and 1 before", "otto command.enqueued web-1/3", "olga command.cancelled web-1/3",
                "olga command.cancelled web-1/1", "olga command.cancelled web-1/2", "olga server.configured web-1", "olga server.renamed web-1",
                "olga server.deleted web-1",
            ],
            events.Where(one => one.Action.StartsWith('c') || one.Action.StartsWith('s')).Select(one => $"{one.Actor.Name} {one.Action} {one.Subject}"));
        Assert.All(events, one => Assert.Equal(DefaultTenant.DomainId, one.Actor.DomainId));
    }

    [Fact]
    public async Task An_event_is_shown_to_the_domain_of_its_project()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        (TenantView domain, TenantView project) = await broker.NewDomainAsync();

        broker.Service<AuditRecorder>().Record("command.cancelled", "olga", SourceServerKey.Parse($"{project.TenantId}/s"), "s/1\0");
        await broker.Identity.AuditAsync([new AuditEvent
        {
            At = IdentitySilo.Start,
            Actor = new AuditActor { DomainId = domain.TenantId, Name = "otto" },
            Action = "signature.refused",
            Subject = new string('x', 10_000),
        }]);

        AuditEvent[] events = [.. await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Admin(domain.TenantId), new AuditQuery())];
        Assert.Equal(["command.cancelled", "signature.refused"], events.Where(one => one.Actor.Name.StartsWith('o')).Select(one => one.Action));
        Assert.Equal("s/1?", events[0].Subject);
        Assert.Equal(512, events[1].Subject!.Length);
    }
}
