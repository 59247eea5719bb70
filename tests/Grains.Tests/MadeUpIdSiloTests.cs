using System.Net;
using System.Net.Http.Json;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway;
using CommandBroker.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace CommandBroker.Grains.Tests;

/// <summary>A gateway before a real silo and a real store. Measures memory, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(MadeUpIdSiloTests), DisableParallelization = true)]
[Collection(nameof(MadeUpIdSiloTests))]
public sealed class MadeUpIdSiloTests(ITestOutputHelper output)
{
    private const int RoundCount = 4;
    private const int RoundPollCount = 5_000;
    private const int MaxGrownBytesPerMadeUpId = 40;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Twenty_thousand_polls_for_made_up_and_foreign_ids_wake_no_grain_write_no_row_and_leave_nothing_in_memory()
    {
        await using StoredCluster cluster = await StoredCluster.CreateAsync(StorageProvider.Sqlite);
        IGrainFactory grains = await cluster.StartAsync();
        IIdentityAdminGrain admin = grains.GetGrain<IIdentityAdminGrain>(0);
        TenantView theirs = await admin.CreateProjectAsync(IdentitySilo.Root, DefaultTenant.DomainId, "theirs");
        await admin.BootstrapAsync(
        [
            Given("own", DefaultTenant.ProjectId, serverId: null),
            Given("bound", DefaultTenant.ProjectId, "srv-own"),
            Given("theirs", theirs.TenantId, serverId: null),
        ]);
        await using WebApplication gateway = await StartGatewayAsync(grains);
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Urls.Single()), Timeout = Deadline };
        await UntilReadyAsync(http);
        foreach ((string token, string id) in ((string, string)[])[("own", "srv-own"), ("theirs", "srv-foreign")])
        {
            using var registration = new HttpRequestMessage(HttpMethod.Post, "/v3/sources") { Content = JsonContent.Create(new { id, name = id, os_type = "LINUX" }) };
            registration.Headers.Add("X-Auth-Token", TokenOf(token));
            (await http.SendAsync(registration)).EnsureSuccessStatusCode();
            Assert.Equal(HttpStatusCode.OK, await PollAsync(http, token, id));
        }

        for (int number = 0; number < 500; number++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await PollAsync(http, "own", $"warm-{number}"));
        }

        // What polls leave behind grows in every round. What else the process does meanwhile does not: pools take buffers for good, what earlier tests
        // started ends and is freed. So neither the largest nor the smallest growth tells, but the second smallest.
        var before = await StateAsync(cluster, grains);
        var after = before;
        var grown = new List<long>();
        for (int round = 0; round < RoundCount; round++)
        {
            var began = after;
            await Parallel.ForEachAsync(Enumerable.Range(round * RoundPollCount, RoundPollCount), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) =>
            {
                string id = number % 2 == 0 ? "srv-foreign" : $"made-up-{number}";
                Assert.Equal(HttpStatusCode.NotFound, await PollAsync(http, number % 4 == 0 ? "bound" : "own", id));
            });
            after = await StateAsync(cluster, grains);
            grown.Add(after.Bytes - began.Bytes);
            output.WriteLine($"{RoundPollCount} polls: memory {began.Bytes:N0} to {after.Bytes:N0} bytes, {after.SourceServers} activations of source servers, {after.Rows} rows");
        }

        Assert.Equal((before.SourceServers, before.Rows), (after.SourceServers, after.Rows));
        Assert.Equal(2, after.SourceServers);
        Assert.InRange(grown.Order().ElementAt(1), long.MinValue, RoundPollCount / 2 * MaxGrownBytesPerMadeUpId);
        Assert.Equal(HttpStatusCode.OK, await PollAsync(http, "own", "srv-own"));
    }

    private static BootstrapPrincipal Given(string name, string projectId, string? serverId) => new()
    {
        Principal = new NewPrincipal { Name = name, DomainId = DefaultTenant.DomainId, ProjectId = projectId, ServerId = serverId, Roles = Roles.Agent },
        TokenHash = IdentityIds.Hash(TokenOf(name)),
    };

    private static string TokenOf(string name) => $"token-of-{name}-0123456789-0123456789";

    private static async Task<WebApplication> StartGatewayAsync(IGrainFactory grains)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(grains);
        builder.Services.AddCommandBrokerGateway();
        WebApplication gateway = builder.Build();
        gateway.MapCommandBroker();
        await gateway.StartAsync();
        return gateway;
    }

    private static Task UntilReadyAsync(HttpClient http) => UntilAsync(async () => (await http.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            await pace.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task<HttpStatusCode> PollAsync(HttpClient http, string principal, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v3/sources/{id}/command");
        request.Headers.Add("X-Auth-Token", TokenOf(principal));
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<(int SourceServers, long Rows, long Bytes)> StateAsync(StoredCluster cluster, IGrainFactory grains)
    {
        // What waits to be written, as the audit of what the polls might have done, is written before it is counted.
        await Hosted<AuditFlushService>(cluster).FlushAsync();
        SimpleGrainStatistic[] statistics = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        int active = statistics.Where(one => one.GrainType.Contains("SourceServerGrain", StringComparison.Ordinal)).Sum(one => one.ActivationCount);
        long rows = 0;
        foreach (string table in await TablesAsync(cluster))
        {
            rows += await RowsAsync(cluster, table);
        }

        return (active, rows, GC.GetTotalMemory(forceFullCollection: true));
    }

    private static T Hosted<T>(StoredCluster cluster)
        where T : class => cluster.Services.GetService<T>() ?? cluster.Services.GetServices<IHostedService>().OfType<T>().Single();

    private static async Task<List<string>> TablesAsync(StoredCluster cluster)
    {
        await using SqliteConnection connection = await OpenAsync(cluster);
        await using SqliteCommand query = connection.CreateCommand();
        query.CommandText = "select name from sqlite_master where type = 'table'";
        await using SqliteDataReader reader = await query.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    private static async Task<long> RowsAsync(StoredCluster cluster, string from)
    {
        await using SqliteConnection connection = await OpenAsync(cluster);
        await using SqliteCommand query = connection.CreateCommand();
        query.CommandText = $"select count(*) from {from}";
        return (long)(await query.ExecuteScalarAsync())!;
    }

    private static async Task<SqliteConnection> OpenAsync(StoredCluster cluster)
    {
        var connection = new SqliteConnection($"Data Source={cluster.FilePath};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
