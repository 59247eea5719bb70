using System.Net;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A broker whose wall clock is set, back and forth, while it runs.</summary>
public sealed class ClockTests : IDisposable
{
    private const string Library = "libfaketimeMT.so.1";

    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-clock-").FullName;

    private string ClockFile => Path.Combine(_directory, "clock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [ToolFact("faketime")]
    public async Task A_clock_that_is_set_back_a_day_loses_nothing_repeats_nothing_and_keeps_leases_short()
    {
        SetClock("+0d");
        await using BrokerProcess broker = await new BrokerProcess(
            Path.Combine(_directory, "data"),
            ("LD_PRELOAD", FindLibrary()), ("FAKETIME_TIMESTAMP_FILE", ClockFile), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),

            // Every look at the clock reads a file, so that a poll may take long on a busy machine.
            ("Gateway__CallTimeout", "00:00:30")).StartAsync();
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        await PostAsync(tool, "/v3/sources", """{"id":"s-1","name":"one","os_type":"LINUX"}""");
        await EnqueueAsync(tool, "START");
        await EnqueueAsync(tool, "SYNC");
        Assert.Equal(("1", "1"), await PollAsync(agent));

        SetClock("-1d");
        Assert.Equal(("2", "1"), await PollAsync(agent));
        Assert.Null(await PollAsync(agent));
        await EnqueueAsync(tool, "STOP");
        Assert.Equal(("3", "1"), await PollAsync(agent));
        await PostAsync(agent, "/v3/sources/s-1/command_result", """{"command_name":"START","result":"success","result_detail":{}}""");

        // The lease of the second began on the earlier day: on that day's clock it ends within its length, not a day later.
        SetClock("-23h");
        Assert.Equal(("2", "2"), await PollAsync(agent));

        SetClock("+0d");
        Assert.Equal(("2", "3"), await PollAsync(agent));
        Assert.Equal(("3", "2"), await PollAsync(agent));
        Assert.Contains("\"succeeded\"", await tool.GetStringAsync("/api/v1/sources/s-1/commands/1"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await agent.GetAsync("/readyz")).StatusCode);
    }

    private static string FindLibrary() =>
        Directory.EnumerateDirectories("/usr/lib").Select(directory => Path.Combine(directory, "faketime", Library)).First(File.Exists);

    private static async Task<(string Id, string Delivery)?> PollAsync(HttpClient agent)
    {
        HttpResponseMessage answer = await agent.GetAsync("/v3/sources/s-1/command");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer.Headers.TryGetValues("X-Command-Id", out IEnumerable<string>? id)
            ? (id.Single(), answer.Headers.GetValues("X-Delivery-Count").Single())
            : null;
    }

    private static Task EnqueueAsync(HttpClient tool, string name) =>
        PostAsync(tool, "/api/v1/sources/s-1/commands", $$"""{"command_name":"{{name}}"}""");

    private static async Task PostAsync(HttpClient http, string path, string body)
    {
        HttpResponseMessage answer = await http.PostAsync(path, new StringContent(body, null, "application/json"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private void SetClock(string offset)
    {
        // In one step: the broker may look at any time.
        File.WriteAllText(ClockFile + ".new", offset + "\n");
        File.Move(ClockFile + ".new", ClockFile, overwrite: true);
    }
}
