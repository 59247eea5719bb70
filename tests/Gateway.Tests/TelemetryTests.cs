using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Tests.ExternalIam;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>Listens to every instrument and every activity of the process, and to the log, while credentials of all kinds are sent and grains fail.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests : IDisposable
{
    private const string Parameter = "parameter-that-nobody-may-see";
    private const string Poll = "/v3/sources/s1/command";
    private static readonly RequestSigner Signer = new(ExternalGateway.AccessKey, ExternalGateway.Secret);

    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentDictionary<string, bool> _instruments = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _sources = new(StringComparer.Ordinal);
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;

    public TelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    [Fact]
    public async Task No_secret_is_in_metrics_traces_logs_or_answers_with_tokens_of_the_brokers_own()
    {
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains =>
            {
                grains.Register("s1");
                grains.Identity.AddKey(ExternalGateway.AccessKey, ExternalGateway.Secret, grains.Identity.AddPrincipal("signer", Roles.Operator));
                grains.Identity.AddPrincipal("ann", Roles.Agent, password: "password-of-ann");
            },
            services: services => services.AddSingleton<ILoggerProvider>(log));
        string issued = host.Grains.Identity.Issue(host.Grains.Identity.Principals[FakeIdentity.Id("ann")]).Text;
        string[] tokens = [issued, issued[..^3] + "AAA", FakeIdentity.AgentToken, "token-of-nobody"];
        foreach (Exception? failure in (Exception?[])[null, new TimeoutException(), new InvalidCastException("A bug.")])
        {
            host.Grains.Identity.Failure = failure;
            host.Grains.Servers["s1"].Failure = failure;
            await CallAsync(host, tokens);
            await host.SendAsync("POST", "/v3/auth/tokens", SignIn("password-of-ann"), token: null);
            await host.SendAsync("POST", "/v3/auth/tokens", SignIn("wrong-password-of-ann"), token: null);
        }

        IsNotTold(log, ["CommandBroker", "Microsoft.AspNetCore"], [.. tokens.Except([FakeIdentity.AgentToken]), "password-of-ann", ExternalGateway.Secret]);
    }

    [Fact]
    public async Task No_secret_is_in_metrics_traces_logs_or_answers_with_an_external_iam()
    {
        var log = new RecordingLoggerProvider();
        await using StubKeystone keystone = await new StubKeystone().StartAsync();
        await using GatewayHost host = await ExternalGateway.StartLoggedAsync(keystone, log, ("Identity:External:RetryCount", "1"));
        keystone.Tokens["token-of-ann"] = new StubToken(DateTimeOffset.UtcNow.AddHours(1), "operator");
        string[] tokens = ["token-of-ann", "token-of-nobody"];
        await CallAsync(host, tokens);
        keystone.InFront = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await CallAsync(host, ["token-in-vain"]);
        keystone.IsDown = true;
        await CallAsync(host, ["token-in-vain-again"]);

        // The broker's own token and what it signs in with are secrets as well.
        IsNotTold(log, ["CommandBroker", "System.Net.Http", "Polly"], [.. tokens, "token-in-vain", "service-1", StubKeystone.Password, ExternalGateway.Secret]);
    }

    private async Task CallAsync(GatewayHost host, string[] tokens)
    {
        string body = $$"""{"command_name": "START", "command_param": {"task_id": "{{Parameter}}"} }""";
        foreach (string token in tokens)
        {
            Keep(await host.SendAsync("GET", Poll, token: token));
            Keep(await host.SendAsync("POST", "/api/v1/sources/s1/commands", body, token));
            Keep(await host.SendAsync("GET", Poll, token: null, headers: ("Authorization", $"Bearer {token}")));
        }

        Keep(await host.SendAsync("GET", Poll, token: null, headers: Signer.Sign("GET", Poll)));
        Keep(await host.SendAsync("GET", Poll, token: null, headers: (Signer with { Secret = "wrong" }).Sign("GET", Poll)));
    }

    private void IsNotTold(RecordingLoggerProvider log, string[] heardOf, string[] secrets)
    {
        string all = string.Join('\n', _told.Concat(log.Lines));

        // What was listened to was heard.
        Assert.NotEmpty(log.Lines);
        Assert.All(heardOf, name => Assert.Contains(_instruments.Keys.Concat(_sources.Keys), heard => heard.StartsWith(name, StringComparison.Ordinal)));
        Assert.Contains("/v3/sources/", all, StringComparison.Ordinal);
        Assert.All([.. secrets, Parameter], secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    private static string SignIn(string password) =>
        $$"""{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "ann", "domain": {"name": "default"}, "password": "{{password}}"} } } } }""";

    private void Keep(Answer answer) => _told.Enqueue($"{answer.Status} {answer.Headers} {answer.Body}");

    private void Keep(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _instruments[instrument.Meter.Name] = true;
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            _told.Enqueue($"{instrument.Name} {tag.Key}={tag.Value}");
        }
    }

    private void Keep(Activity activity)
    {
        _sources[activity.Source.Name] = true;
        string events = string.Join(' ', activity.Events.SelectMany(one => one.Tags.Select(tag => $"{one.Name} {tag.Key}={tag.Value}")));
        _told.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))} {activity.StatusDescription} {events}");
    }
}
