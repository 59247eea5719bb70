using System.Collections.Concurrent;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Cli.Tests;

/// <summary>A broker as far as the command line can see: real HTTP, commands in memory, idempotency keys kept.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    public const string Token = "operator-token";

    private readonly WebApplication _app;

    private FakeBroker(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public FakeIdentity Identity { get; } = new();

    /// <summary>What was enqueued, by key, in the order of arrival.</summary>
    public ConcurrentDictionary<string, EnqueueBody> Commands { get; } = [];

    public ConcurrentQueue<string> Reports { get; } = [];

    /// <summary>Where every request is sent on to; null when it is answered here.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>The next batches whose connection is cut after this many answers.</summary>
    public ConcurrentQueue<int> CutAfter { get; } = [];

    /// <summary>Told the path of a deletion; says whether it is ever answered.</summary>
    public Func<string, bool>? Deleting { get; set; }

    public static async Task<FakeBroker> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        var broker = new FakeBroker(app);
        app.Use(async (context, next) =>
        {
            if (broker.RedirectTo is { } elsewhere)
            {
                context.Response.Redirect(elsewhere + context.Request.Path, permanent: false, preserveMethod: true);
                return;
            }

            if (broker.Identity.Admits(context))
            {
                await next();
                return;
            }

            await WriteAsync(context, 401, """{"error_code":"APIGW.0301","error_msg":"The token is wrong."}""");
        });
        broker.Identity.Map(app);
        app.MapPost("/api/v1/commands", broker.EnqueueManyAsync);
        app.MapPost("/api/v1/sources/{id}/commands", broker.EnqueueOneAsync);
        app.MapGet("/api/v1/sources/{id}/commands", (HttpContext context) => WriteAsync(context, 200, JsonSerializer.Serialize(Queue().ToWire(), WireJson.Default.QueueRecord)));
        app.MapGet("/api/v1/sources/{id}/history", (HttpContext context) => WriteAsync(context, 200, JsonSerializer.Serialize(History().ToWire(), WireJson.Default.HistoryRecord)));
        Task CommandAsync(HttpContext context) => WriteAsync(context, 200, JsonSerializer.Serialize(Queue().Commands[0].ToWire(), WireJson.Default.CommandRecord));
        app.MapGet("/api/v1/sources/{id}/commands/7", CommandAsync);
        app.MapPost("/api/v1/sources/{id}/commands/7/{verb}", CommandAsync);
        app.MapMethods("/api/v1/sources/{id}/settings", ["GET", "PUT"], (HttpContext context) => WriteAsync(context, 200, "{}"));
        app.MapFallback("/api/{**rest}", (HttpContext context) =>
            WriteAsync(context, 404, """{"detail":"There is no such command.","reason":"unknown_command"}""", ProblemRecord.MediaType));
        app.MapPost("/v3/sources", (HttpContext context) => WriteAsync(context, 200, """{"id":"web-1"}"""));
        app.MapGet("/v3/sources", (HttpContext context) => WriteAsync(
            context, 200, """{"count":3,"source_servers":[{"id":"web-1","name":"web","os_type":"LINUX","state":"error","error_msg":"row 7","connected":false}]}"""));
        app.MapGet("/v3/sources/web-1", (HttpContext context) => WriteAsync(
            context, 200, """{"id":"web-1","name":"web","os_type":"LINUX","state":"waiting","connected":false}"""));
        app.MapPut("/v3/sources/web-1", (HttpContext context) => WriteAsync(context, 200, "{}"));
        foreach (int number in Enumerable.Range(1, 4))
        {
            app.MapDelete($"/v3/sources/web-{number}", broker.DeleteAsync);
        }

        app.MapDelete("/v3/sources/barred", (HttpContext context) => WriteAsync(context, 403, """{"error_code":"SMS.9004","error_msg":"The role lacks it."}"""));
        app.MapDelete("/v3/sources/busy", (HttpContext context) => WriteAsync(context, 400, """{"error_code":"SMS.7601","error_msg":"It has open commands."}"""));
        app.MapGet("/v3/sources/{id}/command", broker.PollAsync);
        app.MapPost("/v3/sources/{id}/command_result", broker.ReportAsync);
        app.MapFallback((HttpContext context) => WriteAsync(context, 404, """{"error_code":"SMS.7602","error_msg":"No such source server."}"""));
        await app.StartAsync();
        return broker;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static QueueView Queue() => new()
    {
        ServerId = "web-1",
        PendingCount = 1,
        LeasedCount = 0,
        HistoryCount = 1_234,
        RemovedCount = 0,
        LastSeq = 7,
        Commands =
        [
            new CommandView
            {
                ServerId = "web-1",
                Seq = 7,
                Name = "START",
                Param = "{\n  \"task_id\": \"t-1\"\n}",
                TaskId = "t-1",
                EnqueuedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
                EnqueuedBy = "me",
                Version = 1,
                State = CommandState.Pending,
                WaitsFor = $"for a poll{new string('.', 200)}",
            },
        ],
    };

    private static HistoryPage History() => new()
    {
        Commands = Queue().Commands,
        StrayReports =
        [
            new StrayReportView
            {
                Reason = StrayReason.Unsolicited,
                Name = "STOP",
                Result = ReportResult.Fail,
                ResultDetail = "{\n  \"msg\": \"no\"\n}",
                ReportedAt = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero),
                ReportedBy = "agent",
            },
        ],
    };

    private static async Task WriteAsync(HttpContext context, int status, string text, string mediaType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        await context.Response.WriteAsync(text);
    }

    private async Task EnqueueOneAsync(HttpContext context)
    {
        EnqueueBody body = (await JsonSerializer.DeserializeAsync(context.Request.Body, WireJson.Default.EnqueueBody))!;
        bool isNew = Commands.TryAdd(context.Request.Headers["Idempotency-Key"].ToString(), body);
        await WriteAsync(context, isNew ? 201 : 200, $$"""{"command_id":"17","server_id":"web-1","was_there":{{(isNew ? "false" : "true")}}}""");
    }

    private async Task EnqueueManyAsync(HttpContext context)
    {
        int left = CutAfter.TryDequeue(out int cut) ? cut : int.MaxValue;
        using var reader = new StreamReader(context.Request.Body);
        for (int line = 1; await reader.ReadLineAsync() is { } text; line++)
        {
            EnqueueBody body = JsonSerializer.Deserialize(text, WireJson.Default.EnqueueBody)!;
            string answer = body.CommandName == "REFUSE"
                ? $$$"""{"line":{{{line}}},"error":{"reason":"queue_full","message":"The queue is full.","transient":true}}"""
                : $$"""{"line":{{line}},"server_id":"{{body.ServerId}}","command_id":"{{line}}","was_there":{{(Commands.TryAdd(body.IdempotencyKey!, body) ? "false" : "true")}}}""";
            if (left-- == 0)
            {
                // The command is in, its answer is lost: the case a key is for.
                await context.Response.Body.FlushAsync();
                context.Abort();
                return;
            }

            await context.Response.WriteAsync(answer + "\n");
        }
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (Deleting?.Invoke(context.Request.Path) is false)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await WriteAsync(context, 200, "{}");
    }

    private async Task PollAsync(HttpContext context)
    {
        if (Reports.IsEmpty)
        {
            context.Response.Headers["X-Command-Id"] = "7";
            await WriteAsync(context, 200, """{"command_name":"START","command_param":{"task_id":"t-1"}}""");
            return;
        }

        await WriteAsync(context, 200, """{"command_name":"SKIP","command_param":{}}""");
    }

    private async Task ReportAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Reports.Enqueue($"{context.Request.Headers["X-Command-Id"]} {await reader.ReadToEndAsync()}");
        await WriteAsync(context, 200, "{}");
    }
}
