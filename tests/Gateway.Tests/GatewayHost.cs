using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>The gateway on a real Kestrel at a free port, over fake grains.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, FakeGrains grains)
    {
        _app = app;
        Grains = grains;
        Uri = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Uri, Timeout = Deadline };
    }

    public FakeGrains Grains { get; }

    public Uri Uri { get; }

    public HttpClient Http { get; }

    public SourceServerCache Cache => _app.Services.GetRequiredService<SourceServerCache>();

    public IdentityCache Identity => _app.Services.GetRequiredService<IdentityCache>();

    public IServiceProvider Services => _app.Services;

    /// <summary>Hears what has changed; until then the gateway goes by what it remembers.</summary>
    public Task<bool> RefreshAsync() => _app.Services.GetRequiredService<IdentityRefresh>().RefreshAsync(CancellationToken.None);

    public static async Task<GatewayHost> StartAsync(
        Action<FakeGrains>? arrange = null,
        Dictionary<string, string?>? settings = null,
        Func<HttpContext, RequestDelegate, Task>? inFront = null,
        Action<IServiceCollection>? services = null,
        string url = "http://127.0.0.1:0",
        FakeGrains? grains = null)
    {
        grains ??= new FakeGrains();
        arrange?.Invoke(grains);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Identity:RefreshInterval"] = "00:01:00" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton<IBrokerGrains>(grains);
        services?.Invoke(builder.Services);
        builder.Services.AddCommandBrokerGateway();
        WebApplication app = builder.Build();
        if (inFront is not null)
        {
            app.Use(inFront);
        }

        app.MapCommandBroker();
        await app.StartAsync();

        // The gateway hears what has changed when the test says so, and never beside it.
        await app.Services.GetRequiredService<IdentityRefresh>().StopAsync(CancellationToken.None);
        var host = new GatewayHost(app, grains);
        if (grains.Identity.Failure is null)
        {
            Assert.True(await host.RefreshAsync());
        }

        return host;
    }

    public async Task<Answer> SendAsync(
        string method, string path, string? body = null, string? token = FakeIdentity.AgentToken, string? contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        return new Answer(response, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> OperateAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, body, FakeIdentity.OperatorToken, "application/json", headers);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
