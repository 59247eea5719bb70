using System.Diagnostics;
using System.Globalization;
using CommandBroker.Core;
using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Npgsql;
using Xunit;
using Xunit.Abstractions;

namespace CommandBroker.Storage.Tests;

/// <summary>Every row of the table of faults on every path of the store: what PostgreSQL says once, what it goes on saying, and the call after that.</summary>
public sealed class PostgresFaultTableTests(ITestOutputHelper output)
{
    private static readonly SourceServerKey Key = SourceServerKey.Parse("a");

    /// <summary>The code, how it is said, what a caller gets when it is said once, and when it does not end; null is the answer itself.</summary>
    private static readonly (string Code, string Severity, Type? Once, Type? Always)[] Rows =
    [
        .. Of("FATAL", null, typeof(StoreUnavailableException), "57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04", "08P01", "08006", "XX000", "40000"),
        .. Of("ERROR", null, typeof(StoreUnavailableException), "08003", "08P01", "25006", "25P02", "26000", "40001", "40P01"),
        .. Of("FATAL", typeof(StoreUnavailableException), typeof(StoreUnavailableException), "53300", "53200", "28P01", "28000"),
        .. Of("ERROR", typeof(StoreUnavailableException), typeof(StoreUnavailableException), "53000", "53100", "53200", "53400", "55P03", "57014", "58000", "58030", "58P01"),
        .. Of("FATAL", typeof(StoreRefusedException), typeof(StoreRefusedException), "3D000", "42501"),
        .. Of("ERROR", typeof(StoreRefusedException), typeof(StoreRefusedException), "42501", "42P01", "42703", "XX000"),
        .. Of("ERROR", typeof(UnreadableRowException), typeof(UnreadableRowException), "XX001", "XX002"),
    ];

    [PostgresTheory]
    [InlineData("commit")]
    [InlineData("load")]
    [InlineData("registration")]
    [InlineData("identity read")]
    [InlineData("identity write")]
    [InlineData("readiness")]
    public async Task Each_fault_has_the_answer_of_its_row(string path)
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        var there = new NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        using var proxy = new PostgresProxy(there.Port);
        (there.Host, there.Port) = ("127.0.0.1", proxy.Port);
        await using var database = new PostgresDatabase(
            new StorageOptions { ConnectionString = there.ConnectionString, CommitTimeout = TimeSpan.FromSeconds(path == "commit" ? 2 : 20) });
        Func<Task> call = CallOf(path, database, queue.SourceNo);
        List<string> wrong = [];

        foreach ((string code, string severity, Type? once, Type? always) in Rows)
        {
            await call();
            int before = proxy.AnsweredCount;
            proxy.Answer(code, severity, 1);
            Type? first = await FaultOfAsync(call);
            int answered = proxy.AnsweredCount - before;
            proxy.Answer(code, severity, int.MaxValue);
            Type? persistent = await FaultOfAsync(call);
            proxy.AnswerNothing();
            Type? after = await FaultOfAsync(call);
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{path,-14} {code} {severity}: once {first?.Name ?? "answered"}, always {persistent?.Name ?? "answered"}, afterwards {after?.Name ?? "answered"}");
            output.WriteLine(line);
            if (first != once || persistent != always || after is not null || answered != 1)
            {
                wrong.Add(line);
            }
        }

        Assert.Empty(wrong);
    }

    [PostgresFact(OwnServer = true)]
    public async Task A_server_that_becomes_read_only_is_left_for_the_one_that_writes()
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        await using var fixture = new PostgresFixture(server);
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        await fixture.ExecuteAsync("do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$");
        await fixture.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await using var database = new PostgresDatabase(
            new StorageOptions { ConnectionString = fixture.ConnectionString, CommitTimeout = TimeSpan.FromSeconds(1) });
        Func<Task>[] writes = [.. ((string[])["commit", "registration", "identity write", "readiness"]).Select(path => CallOf(path, database, queue.SourceNo))];
        foreach (Func<Task> write in writes)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(write);
        }

        await fixture.ExecuteAsync(
            "set default_transaction_read_only = off; do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$");
        foreach (Func<Task> write in writes)
        {
            await write();
        }
    }

    [PostgresTheory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task Connections_that_a_firewall_forgot_leave_no_caller_without_an_answer(int silentCount)
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        StoredQueue queue = await fixture.RegisterAsync("a");
        var there = new NpgsqlConnectionStringBuilder(fixture.ConnectionString);
        using var proxy = new PostgresProxy(there.Port);
        (there.Host, there.Port) = ("127.0.0.1", proxy.Port);
        await using var database = new PostgresDatabase(new StorageOptions { ConnectionString = there.ConnectionString });
        string[] paths = ["load", "registration", "identity read", "identity write", "readiness", "commit"];
        Func<Task>[] calls = [.. paths.Select(path => CallOf(path, database, queue.SourceNo))];
        await Task.WhenAll(calls.Select(call => call()));

        int silent = proxy.Silence(silentCount);
        (string Path, TimeSpan Wait, Type? Fault)[] waits = await Task.WhenAll(paths.Zip(calls).SelectMany(pair =>
            Enumerable.Range(0, 10).Select(_ => MeasureAsync(pair.First, pair.Second))));

        foreach (var path in waits.GroupBy(wait => wait.Path))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{silent} silent, {path.Key,-14} longest {path.Max(wait => wait.Wait.TotalSeconds):0.00} s, unavailable {path.Count(wait => wait.Fault is not null)} of {path.Count()}"));
        }

        Assert.True(silent > 0);
        // Also that all connections are in use, behind those that wait for the dead ones.
        Assert.All(
            waits, wait => Assert.True(wait.Fault is null || wait.Fault.IsAssignableTo(typeof(StoreUnavailableException)), $"{wait.Path}: {wait.Fault}"));
        foreach (Func<Task> call in calls)
        {
            await call();
        }
    }

    [PostgresFact]
    public async Task A_pool_in_full_use_is_busy_and_stays_as_it_is()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await using var connections = new PostgresConnections(fixture.ConnectionString + ";Maximum Pool Size=1");
        var release = new TaskCompletionSource();
        int process = await connections.RunAsync(connection => Task.FromResult(connection.ProcessID));
        Task<int> holder = connections.RunAsync(async connection =>
        {
            await release.Task;
            return connection.ProcessID;
        });

        StoreBusyException busy = await Assert.ThrowsAsync<StoreBusyException>(() => connections.RunAsync(_ => Task.FromResult(0)));
        release.SetResult();

        Assert.Contains("Maximum Pool Size", busy.Message, StringComparison.Ordinal);
        Assert.Equal(process, await holder);
        Assert.Equal(process, await connections.RunAsync(connection => Task.FromResult(connection.ProcessID)));
    }

    private static IEnumerable<(string, string, Type?, Type?)> Of(string severity, Type? once, Type? always, params string[] codes) =>
        codes.Select(code => (code, severity, once, always));

    private static Func<Task> CallOf(string path, IBrokerDatabase database, long sourceNo, long first = 1)
    {
        long seq = first - 1;
        return path switch
        {
            "commit" => async () =>
            {
                // What was unknown is there or not: the next one that fits is found as an activation would.
                Assert.Equal(CommitStatus.Committed, await database.Commands.CommitAsync(
                    new QueueCommit { SourceNo = sourceNo, Commands = [Samples.Pending(Interlocked.Increment(ref seq))] }));
            },
            "load" => async () => Assert.NotNull(await database.Commands.LoadAsync(Key)),
            "registration" => async () => Assert.True(await database.SourceServers.RegisterAsync(
                Samples.Server($"r-{first}-{Interlocked.Increment(ref seq)}"), maxCount: 1_000_000)),
            "identity read" => () => database.Identities.FindProjectAsync("none"),
            "identity write" => () => database.Identities.WriteAsync(
                new IdentityWrite { Revocations = [new StoredRevocation($"t-{first}-{Interlocked.Increment(ref seq)}", DateTimeOffset.MaxValue)] }),
            _ => () => database.PingAsync(CancellationToken.None),
        };
    }

    private static async Task<Type?> FaultOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (Exception fault)
        {
            Assert.DoesNotContain("secret words", fault.Message, StringComparison.Ordinal);
            return fault.GetType();
        }
    }

    private static async Task<(string Path, TimeSpan Wait, Type? Fault)> MeasureAsync(string path, Func<Task> call)
    {
        long startedAt = Stopwatch.GetTimestamp();
        Type? fault = await FaultOfAsync(call);
        return (path, Stopwatch.GetElapsedTime(startedAt), fault);
    }
}
