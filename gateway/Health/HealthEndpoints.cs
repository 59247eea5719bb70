using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Health;

/// <summary><c>/livez</c>: the process answers. <c>/readyz</c>: silo, store and credentials do as well. Neither needs a token.</summary>
internal sealed class HealthEndpoints(
    IBrokerGrains grains, IdentityCache identity, IamReach iam, StartProgress start, Drain drain, VendorBorder border, IOptions<GatewayOptions> options,
    TimeProvider clock, ILogger<HealthEndpoints> log)
{
    private static readonly byte[] Live = "{\"status\":\"live\"}"u8.ToArray();
    private static readonly byte[] Ready = "{\"status\":\"ready\"}"u8.ToArray();
    private static readonly byte[] Draining = "{\"status\":\"draining\"}"u8.ToArray();
    private static readonly byte[] ReadyWithoutIam = "{\"status\":\"ready\",\"degraded\":\"iam\"}"u8.ToArray();
    private static readonly byte[] NoIam = "{\"status\":\"not ready\",\"missing\":\"iam\"}"u8.ToArray();
    private static readonly byte[] NoCredentials = "{\"status\":\"not ready\",\"missing\":\"credentials\"}"u8.ToArray();
    private static readonly byte[] NoStorage = "{\"status\":\"not ready\",\"missing\":\"storage\"}"u8.ToArray();
    private static readonly byte[] NoDatabase = "{\"status\":\"not ready\",\"missing\":\"database\"}"u8.ToArray();
    private static readonly byte[] NoSilo = "{\"status\":\"not ready\",\"missing\":\"silo\"}"u8.ToArray();

    private volatile string? _told;

    /// <summary>200 while the process can answer at all.</summary>
    public Task LiveAsync(HttpContext context) => AnswerAsync(context, () => ValueTask.FromResult<(int, byte[])>((StatusCodes.Status200OK, Live)));

    /// <summary>200 when the start is complete, no stop has begun, the store has taken a write within <see cref="GatewayOptions.ReadyTimeout"/> and the credentials are known; otherwise 503 and what is missing. An external IAM must have answered once; later it may be gone, which is told.</summary>
    public Task ReadyAsync(HttpContext context) => AnswerAsync(context, CheckAsync);

    private async Task AnswerAsync(HttpContext context, Func<ValueTask<(int Status, byte[] Body)>> check)
    {
        RequestStamp.Set(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            await border.RefuseAsync(context, VendorErrors.WrongMethod("GET, HEAD"));
            return;
        }

        (int status, byte[] body) = await check();
        context.Response.StatusCode = status;
        await VendorResponse.WriteAsync(context, body);
    }

    private async ValueTask<(int Status, byte[] Body)> CheckAsync()
    {
        if (drain.HasBegun)
        {
            return (StatusCodes.Status503ServiceUnavailable, Draining);
        }

        if (start.Missing is { } missing)
        {
            return Missing(missing == StartProgress.Database ? NoDatabase : NoSilo, missing);
        }

        try
        {
            await grains.Directory.PingAsync().AsTask().WaitAsync(options.Value.ReadyTimeout, clock);
        }
        catch (BrokerException)
        {
            return Missing(NoStorage, "storage");
        }
        catch (Exception unreachable) when (GrainFailure.IsUnreachable(unreachable))
        {
            return Missing(NoSilo, "silo");
        }

        if (!identity.IsFresh)
        {
            return Missing(NoCredentials, "credentials");
        }

        if (iam.IsNeeded && !iam.HasAnswered)
        {
            return Missing(NoIam, "iam");
        }

        _told = null;
        return (StatusCodes.Status200OK, iam.IsLost ? ReadyWithoutIam : Ready);
    }

    private (int Status, byte[] Body) Missing(byte[] body, string what)
    {
        // Once, not with every check of a balancer that asks all the time.
        if (_told != what)
        {
            _told = what;
            log.NotReady(what);
        }

        return (StatusCodes.Status503ServiceUnavailable, body);
    }
}
