using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Vendor;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CommandBroker.Gateway.Health;

/// <summary><c>/livez</c>: the process answers. <c>/readyz</c>: silo, store and credentials do as well. Neither needs a token, nor costs a call.</summary>
internal sealed class HealthEndpoints(HealthCheckService checks, Drain drain, VendorBorder border, ILogger<HealthEndpoints> log)
{
    /// <summary>The checks that <c>/readyz</c> asks, beside those that a host may have of its own.</summary>
    public const string Tag = "ready";

    private static readonly byte[] Live = "{\"status\":\"live\"}"u8.ToArray();
    private static readonly byte[] Ready = "{\"status\":\"ready\"}"u8.ToArray();
    private static readonly byte[] Draining = "{\"status\":\"draining\"}"u8.ToArray();

    private volatile string? _told;

    /// <summary>200 while the process can answer at all.</summary>
    public Task LiveAsync(HttpContext context) => AnswerAsync(context, _ => ValueTask.FromResult<(int, byte[])>((StatusCodes.Status200OK, Live)));

    /// <summary>
    /// 200 when the start is complete, no stop has begun, a silo answers, its store takes writes or did within <see cref="GatewayOptions.StallTolerance"/>, and the
    /// credentials are known; <c>degraded</c> names what is missed meanwhile. Otherwise 503 and what is missing.
    /// </summary>
    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, CheckAsync);

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, ValueTask<(int Status, byte[] Body)>> check)
    {
        RequestStamp.Set(context);
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            await border.RefuseAsync(context, VendorErrors.WrongMethod("GET, HEAD"));
            return;
        }

        (int status, byte[] body) = await check(context);
        context.Response.StatusCode = status;
        await VendorResponse.WriteAsync(context, body);
    }

    private async ValueTask<(int Status, byte[] Body)> CheckAsync(HttpContext context)
    {
        if (drain.HasBegun)
        {
            return (StatusCodes.Status503ServiceUnavailable, Draining);
        }

        HealthReport report = await checks.CheckHealthAsync(check => check.Tags.Contains(Tag), context.RequestAborted);
        string? missing = Named(report, HealthStatus.Unhealthy), degraded = Named(report, HealthStatus.Degraded);

        // Once, not with every check of a balancer that asks all the time.
        if (_told != missing)
        {
            _told = missing;
            if (missing is not null)
            {
                log.NotReady(missing);
            }
        }

        return missing is not null ? (StatusCodes.Status503ServiceUnavailable, Encode($"{{\"status\":\"not ready\",\"missing\":\"{missing}\"}}"))
            : (StatusCodes.Status200OK, degraded is null ? Ready : Encode($"{{\"status\":\"ready\",\"degraded\":\"{degraded}\"}}"));
    }

    // The first in the order of registration: without a silo nothing else is known.
    private static string? Named(HealthReport report, HealthStatus status) =>
        report.Entries.Where(entry => entry.Value.Status == status).Select(entry => entry.Value.Description ?? entry.Key).FirstOrDefault();

    private static byte[] Encode(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
