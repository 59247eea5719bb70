using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>A web server on loopback that somebody else would run. While it is down, every connection is cut.</summary>
internal sealed class StubHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubHost(WebApplication app) => _app = app;

    public Uri Uri => new(_app.Urls.Single());

    public static async Task<StubHost> StartAsync(RequestDelegate handle, string url = "http://127.0.0.1:0")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        WebApplication app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new StubHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
