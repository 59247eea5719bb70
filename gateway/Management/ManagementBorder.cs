using CommandBroker.Client.Wire;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace CommandBroker.Gateway.Management;

/// <summary>The outermost border of the management routes: admits callers and turns what was thrown into a problem.</summary>
internal sealed class ManagementBorder(
    Admission admission, RequestGate gate, ManagementRequest request, SourceServerCache servers, IOptions<GatewayOptions> options,
    ILogger<ManagementBorder> log)
{
    private static readonly BrokerException Internal = new(BrokerErrorReason.Internal, "The broker failed; its log has more under this request id.");
    private static readonly BrokerException Busy = new(BrokerErrorReason.Unreachable, "More requests are worked on than Gateway:MaxConcurrentRequests allows; nothing was done.");
    private static readonly BrokerException OtherSite = new(
        BrokerErrorReason.Unauthorized, "A page of another site made this request (Sec-Fetch-Site); only one of the broker's own may change anything.");

    private static readonly NoBody Nothing = new();

    private readonly int _retryAfterSeconds = options.Value.RetryAfterSeconds;

    /// <summary>Runs a route that takes no body: nothing or <c>{}</c> may be sent, and anything else is refused, since it would be passed over.</summary>
    /// <param name="context">The request.</param>
    /// <param name="method">The method that the route takes.</param>
    /// <param name="needed">What the caller must be allowed.</param>
    /// <param name="carryOut">What the route does.</param>
    /// <param name="query">The names that the query may have; any other is refused, since a misspelt one would be passed over.</param>
    public Task RunAsync(
        HttpContext context,
        string method,
        Permission needed,
        Func<HttpContext, Principal, ValueTask<ManagementAnswer>> carryOut,
        params string[] query) => RunAsync(context, method, bodyType: null, needed, carryOut, query);

    /// <summary>Runs a route that reads a body and no query.</summary>
    /// <param name="context">The request.</param>
    /// <param name="method">The method that the route takes.</param>
    /// <param name="needed">What the caller must be allowed.</param>
    /// <param name="carryOut">What the route does.</param>
    /// <param name="bodyType">What a body must be; <c>application/json</c> is taken besides.</param>
    public Task RunWithBodyAsync(
        HttpContext context,
        string method,
        Permission needed,
        Func<HttpContext, Principal, ValueTask<ManagementAnswer>> carryOut,
        string bodyType = MediaTypes.Json) => RunAsync(context, method, bodyType, needed, carryOut, []);

    private async Task RunAsync(
        HttpContext context,
        string method,
        string? bodyType,
        Permission needed,
        Func<HttpContext, Principal, ValueTask<ManagementAnswer>> carryOut,
        string[] query)
    {
        RequestStamp.Set(context);
        Principal? principal = null;
        bool isEntered = gate.TryEnter();
        try
        {
            if (!isEntered)
            {
                await ProblemAnswer.WriteAsync(context, Busy, _retryAfterSeconds);
                return;
            }

            principal = await AdmitAsync(context, method, bodyType ?? MediaTypes.Json, needed);
            if (principal is not null)
            {
                QueryNames.Check(context, query);
                if (bodyType is null && CanHaveBody(context))
                {
                    await request.ReadBodyAsync(context, WireJson.Strict.NoBody, whenEmpty: Nothing);
                }

                RequestOrigin.Tell(context, principal);
                await AnswerAsync(context, await carryOut(context, principal));
            }
        }
        catch (Exception failure)
        {
            await FailAsync(context, principal, failure);
        }
        finally
        {
            gate.Leave(isEntered);
        }
    }

    /// <summary>Answers 405.</summary>
    public ValueTask RefuseMethodAsync(HttpContext context, string allow)
    {
        RequestStamp.Set(context);
        context.Response.Headers.Allow = allow;
        return ProblemAnswer.WriteAsync(
            context, 405, new BrokerException(BrokerErrorReason.InvalidArgument, $"This route takes {allow} only."), _retryAfterSeconds);
    }

    /// <summary>Answers 404 for what is no route.</summary>
    public async Task UnknownRouteAsync(HttpContext context)
    {
        RequestStamp.Set(context);
        await ProblemAnswer.WriteAsync(
            context, 404, new BrokerException(BrokerErrorReason.InvalidArgument, "There is no such route."), _retryAfterSeconds);
    }

    /// <summary>Who calls; null when the call was refused, and answered so.</summary>
    private async ValueTask<Principal?> AdmitAsync(HttpContext context, string method, string mediaType, Permission needed)
    {
        if (context.Request.Method != method)
        {
            await RefuseMethodAsync(context, method);
            return null;
        }

        if (method != HttpMethods.Get && RequestSite.IsOther(context))
        {
            await ProblemAnswer.WriteAsync(context, 403, OtherSite, _retryAfterSeconds);
            return null;
        }

        Admittance admittance = await admission.AdmitAsync(context, needed);
        if (admittance.Principal is null)
        {
            await ProblemAnswer.WriteAsync(context, admittance.Refusal!, _retryAfterSeconds);
        }
        else if (CanHaveBody(context)
            && method != HttpMethods.Get
            && !MediaTypes.Matches(context.Request.ContentType, mediaType)
            && !MediaTypes.Matches(context.Request.ContentType, MediaTypes.Json))
        {
            await ProblemAnswer.WriteAsync(
                context,
                StatusCodes.Status415UnsupportedMediaType,
                new BrokerException(BrokerErrorReason.InvalidArgument, $"The body's Content-Type is {TextOf(context.Request.ContentType)}; {mediaType} is needed."),
                _retryAfterSeconds);
            return null;
        }

        return admittance.Principal;
    }

    private static bool CanHaveBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static string TextOf(string? contentType) => string.IsNullOrEmpty(contentType) ? "not given" : QueryNames.Quote(contentType);

    private ValueTask AnswerAsync(HttpContext context, ManagementAnswer answer)
    {
        if (answer.Refused is { } refused)
        {
            return ProblemAnswer.WriteAsync(context, refused, _retryAfterSeconds);
        }

        if (answer.Denied is { } denied)
        {
            return ProblemAnswer.WriteAsync(context, denied, _retryAfterSeconds);
        }

        if (answer.IsWritten)
        {
            return ValueTask.CompletedTask;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Location is { } location)
        {
            context.Response.Headers.Location = location;
        }

        return Vendor.VendorResponse.WriteAsync(context, answer.Body);
    }

    private async ValueTask FailAsync(HttpContext context, Principal? principal, Exception failure)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            log.RequestAborted(RequestStamp.Of(context));
            context.Abort();
            return;
        }

        BrokerException? refused = failure is BadHttpRequestException
            ? new BrokerException(BrokerErrorReason.InvalidArgument, "The body cannot be read to its end.", failure)
            : GrainFailure.Explain(failure);
        if (refused is null or { Reason: BrokerErrorReason.Internal })
        {
            log.RequestFailed(failure, RequestStamp.Of(context));
            refused = Internal;
        }
        else if (refused.Reason is BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Unreachable or BrokerErrorReason.Quarantined)
        {
            log.RequestNotCarriedOut(failure, RequestStamp.Of(context), refused.Reason);
        }

        if (refused.Reason == BrokerErrorReason.UnknownSourceServer && principal is not null
            && ServerId.TryParse(context.Request.RouteValues["server_id"] as string, out ServerId id))
        {
            // Deleted through another gateway: what was remembered of it must go, whichever call found out.
            servers.Remove(principal, id);
        }

        await ProblemAnswer.WriteAsync(context, refused, _retryAfterSeconds);
    }
}
