using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management;

/// <summary>The one place where an outcome becomes a status of the management routes, as <c>application/problem+json</c> (RFC 9457).</summary>
internal static class ProblemAnswer
{
    /// <summary>Writes the problem for a call that was not carried out.</summary>
    public static ValueTask WriteAsync(HttpContext context, BrokerException refused, int retryAfterSeconds) =>
        WriteAsync(context, StatusOf(refused.Reason), refused, retryAfterSeconds);

    /// <summary>Writes the problem with a status of its own.</summary>
    public static async ValueTask WriteAsync(
        HttpContext context, int status, BrokerException refused, int retryAfterSeconds, TimeSpan? wait = null)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemRecord
            {
                Type = "about:blank",
                Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
                Status = status,
                Detail = refused.Message,
                Reason = refused.Reason,
                Transient = refused.IsTransient,
                RequestId = RequestStamp.Of(context),
            },
            WireJson.Readable.ProblemRecord);
        HttpResponse response = context.Response;
        response.StatusCode = status;
        Challenge.Ensure(response);
        response.Headers.ContentType = ProblemRecord.MediaType;
        response.ContentLength = body.Length;
        if (refused.IsTransient)
        {
            RetryAfter.Set(response, wait, retryAfterSeconds);
        }

        await response.BodyWriter.WriteAsync(body);
    }

    /// <summary>Writes the problem for a caller who was not admitted.</summary>
    public static ValueTask WriteAsync(HttpContext context, Refusal refusal, int retryAfterSeconds)
    {
        BrokerErrorReason reason = refusal.Code switch
        {
            StatusCodes.Status503ServiceUnavailable => BrokerErrorReason.Unreachable,
            StatusCodes.Status429TooManyRequests => BrokerErrorReason.Throttled,
            StatusCodes.Status400BadRequest or StatusCodes.Status408RequestTimeout => BrokerErrorReason.InvalidArgument,
            _ => BrokerErrorReason.Unauthorized,
        };
        return WriteAsync(context, refusal.Code, new BrokerException(reason, refusal.Message), retryAfterSeconds, refusal.Wait);
    }

    private static int StatusOf(BrokerErrorReason reason) => reason switch
    {
        BrokerErrorReason.InvalidArgument => 400,
        BrokerErrorReason.UnknownSourceServer or BrokerErrorReason.UnknownCommand or BrokerErrorReason.UnknownIdentity => 404,
        BrokerErrorReason.KeyConflict or BrokerErrorReason.WrongState or BrokerErrorReason.CommandsOutstanding
            or BrokerErrorReason.IdentityExists => 409,
        BrokerErrorReason.QueueFull or BrokerErrorReason.HistoryFull or BrokerErrorReason.TenantQuotaExceeded
            or BrokerErrorReason.Throttled => 429,
        // From behind the border: the caller was admitted, and a grain says that it may not do this.
        BrokerErrorReason.TooManySourceServers or BrokerErrorReason.Unauthorized => 403,
        BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Unreachable => 503,
        _ => 500,
    };
}
