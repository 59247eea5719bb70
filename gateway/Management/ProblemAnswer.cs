using System.Globalization;
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
    public static async ValueTask WriteAsync(HttpContext context, int status, BrokerException refused, int retryAfterSeconds)
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
        response.Headers.ContentType = ProblemRecord.MediaType;
        response.ContentLength = body.Length;
        if (refused.IsTransient)
        {
            response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.BodyWriter.WriteAsync(body);
    }

    /// <summary>What a caller gets who was not admitted.</summary>
    public static (int Status, BrokerException Refused) Of(AdmissionStatus status) => status switch
    {
        AdmissionStatus.Missing => (401, Unauthorized("X-Auth-Token is missing.")),
        AdmissionStatus.Malformed => (401, Unauthorized($"X-Auth-Token must be sent once and have 1 to {TokenHash.MaxTokenLength} characters.")),
        AdmissionStatus.Wrong => (401, Unauthorized("X-Auth-Token is not valid.")),
        AdmissionStatus.Forbidden => (403, Unauthorized("Management calls need an operator's token.")),
        AdmissionStatus.NotReady => (503, new BrokerException(BrokerErrorReason.Unreachable, "The broker has not read its credentials yet.")),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "An admitted caller is no error."),
    };

    private static int StatusOf(BrokerErrorReason reason) => reason switch
    {
        BrokerErrorReason.InvalidArgument => 400,
        BrokerErrorReason.UnknownSourceServer or BrokerErrorReason.UnknownCommand => 404,
        BrokerErrorReason.KeyConflict or BrokerErrorReason.WrongState or BrokerErrorReason.CommandsOutstanding => 409,
        BrokerErrorReason.QueueFull or BrokerErrorReason.HistoryFull => 429,
        BrokerErrorReason.TooManySourceServers => 403,
        BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Unreachable => 503,
        BrokerErrorReason.Unauthorized => 401,
        _ => 500,
    };

    private static BrokerException Unauthorized(string message) => new(BrokerErrorReason.Unauthorized, message);
}
