using System.Net;
using CommandBroker.Testing;
using Xunit;
using Xunit.Abstractions;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>
/// A session of PostgreSQL stands still, a call is answered 503, others are acknowledged after it, and then the first one is carried out: nothing that was
/// acknowledged is lost or undone.
/// </summary>
public sealed class UnknownCommitTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-unknown-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PostgresTheory(OwnServer = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_acknowledged_after_a_commit_of_unknown_outcome_outlives_it(bool isCarriedOutInBetween)
    {
        await using PostgresServer server = await PostgresServer.StartOwnAsync();
        string database = await server.CreateDatabaseAsync();
        await using BrokerProcess broker = await StartAsync(database);
        using HttpClient tool = broker.Client(broker.Token);
        using HttpClient agent = broker.Client(broker.AgentToken);
        var calls = new PatientCalls(tool, agent);
        foreach (string id in (string[])["warm", "enqueue", "report", "cancel", "redrive", "poll"])
        {
            await calls.RegisterAsync(id);
        }

        foreach (string id in (string[])["report", "cancel", "poll"])
        {
            await PatientCalls.Until(() => calls.EnqueueAsync(id, "first"));
        }

        await calls.DeadLetterAsync("redrive");
        await PatientCalls.Until(() => calls.PollAsync("report"));

        string? enqueued = null;
        await StallAsync(() => calls.EnqueueAsync("enqueue", "X"), async () => enqueued = await PatientCalls.CommandIdAsync(() => calls.EnqueueAsync("enqueue", "Y")));
        int cancelled = 0;
        await StallAsync(() => calls.ReportAsync("report", "1"), async () => cancelled = await PatientCalls.Until(() => calls.CancelAsync("report", "1"), HttpStatusCode.Conflict));
        string? polled = null;
        await StallAsync(() => calls.CancelAsync("cancel", "1"), async () => polled = await PatientCalls.DeliveredIdAsync(() => calls.PollAsync("cancel")));
        string? redriven = null;
        await StallAsync(() => calls.RedriveAsync("redrive", "1"), async () =>
        {
            await PatientCalls.Until(() => calls.RedriveAsync("redrive", "1"));
            redriven = await PatientCalls.DeliveredIdAsync(() => calls.PollAsync("redrive"));
        });
        await StallAsync(() => calls.PollAsync("poll"), () => PatientCalls.Until(() => calls.CancelAsync("poll", "1")));
        string afterwards = await PatientCalls.CommandIdAsync(() => calls.EnqueueAsync("enqueue", "Z"));

        await broker.KillAsync();
        await broker.StartAsync();

        // X is there or not, and whichever it is, it is said twice.
        string repeated = await PatientCalls.CommandIdAsync(() => calls.EnqueueAsync("enqueue", "X"));
        Assert.Equal(repeated, await PatientCalls.CommandIdAsync(() => calls.EnqueueAsync("enqueue", "X")));
        output.WriteLine($"X is {repeated}, Y is {enqueued}, Z is {afterwards}; cancel {cancelled}, poll of a cancelled {polled ?? "nothing"}, redriven {redriven}");
        Assert.Equal(("X", "Y", "Z"), (await calls.KeyOfAsync("enqueue", repeated), await calls.KeyOfAsync("enqueue", enqueued!), await calls.KeyOfAsync("enqueue", afterwards)));
        Assert.Equal(3, new HashSet<string?>([repeated, enqueued, afterwards]).Count);
        Assert.True(Number(enqueued!) < Number(afterwards));
        foreach (string id in ((string[])[repeated, enqueued!, afterwards]).OrderBy(Number))
        {
            Assert.Equal(id, await PatientCalls.DeliveredIdAsync(() => calls.PollAsync("enqueue")));
        }

        Assert.Equal(cancelled == 200 ? "cancelled" : "succeeded", await calls.StateAsync("report", "1"));
        Assert.Equal(polled is null ? "cancelled" : "leased", await calls.StateAsync("cancel", "1"));
        Assert.Equal(("1", "leased"), (redriven, await calls.StateAsync("redrive", "1")));
        Assert.Equal("cancelled", await calls.StateAsync("poll", "1"));
        Assert.Null(await PatientCalls.DeliveredIdAsync(() => calls.PollAsync("poll")));
        Assert.True(isCarriedOutInBetween || (cancelled == 200 && polled == "1"), "What was not carried out yet cannot be in the way.");

        async Task StallAsync(Func<Task<HttpResponseMessage>> unknown, Func<Task> acknowledged)
        {
            // Whatever session has written last is the one that writes next. It knows the statements already: what lies in its socket is the call itself.
            string id = await PatientCalls.CommandIdAsync(() => calls.EnqueueAsync("warm", Guid.NewGuid().ToString()));
            await PatientCalls.Until(() => calls.PollAsync("warm"));
            await PatientCalls.Until(() => calls.CancelAsync("warm", id));
            await using StoppedSessions stopped = await StoppedSessions.StopAsync(database, StoppedSessions.Writer);
            using (HttpResponseMessage answer = await unknown())
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            }

            if (isCarriedOutInBetween)
            {
                // It has written and waits, unseen, until the next one waits for it.
                await RequireStandbyAsync(database, "nobody");
                await stopped.ContinueAsync();
                await StoppedSessions.UntilAsync(database, "exists (select from pg_stat_activity where wait_event = 'SyncRep')");
                Task later = acknowledged();
                await StoppedSessions.UntilAsync(database, "exists (select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'transactionid')");
                await RequireStandbyAsync(database, "");
                await later;
            }
            else
            {
                await acknowledged();
                await stopped.ContinueAsync();
            }

            await stopped.EndedAsync();
        }
    }

    private static long Number(string id) => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task RequireStandbyAsync(string database, string names)
    {
        await StoppedSessions.AskAsync(database, $"alter system set synchronous_standby_names = '{names}'");
        await StoppedSessions.AskAsync(database, "select pg_reload_conf()");
        await StoppedSessions.UntilAsync(database, $"current_setting('synchronous_standby_names') = '{names}'");

        // The checkpointer tells the others what is required, before it does anything else.
        await StoppedSessions.AskAsync(database, "checkpoint");
    }

    private async Task<BrokerProcess> StartAsync(string database) => await new BrokerProcess(
        Path.Combine(_directory, "data"), [.. Ledger.Roomy, ("Storage__Provider", "postgres"), ("Storage__ConnectionString", StoppedSessions.WithoutCancelling(database))]).StartAsync();
}
