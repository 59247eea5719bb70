using System.Net;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Iam;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>Turns what HTTP calls a failure into a <see cref="BrokerException"/>. The only such place.</summary>
internal static class HttpFault
{
    public static BrokerException Unreachable(Uri? endpoint, Exception cause)
    {
        string found = cause is OperationCanceledException ? "it did not answer in time" : cause.GetBaseException().Message.TrimEnd('.');
        string address = endpoint?.GetLeftPart(UriPartial.Authority) ?? "the configured address";
        return new BrokerException(BrokerErrorReason.Unreachable, $"The broker at {address} cannot be reached: {found}.", cause);
    }

    public static async Task<BrokerException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        BrokerException fault = response.Content.Headers.ContentType?.MediaType switch
        {
            ProblemRecord.MediaType when TryRead(body, WireJson.Default.ProblemRecord) is { Reason: { } reason } problem =>
                new BrokerException(reason, problem.Detail ?? problem.Title ?? WireName.Of(reason)),
            "application/json" when TryRead(body, WireJson.Default.VendorErrorRecord) is { ErrorCode: { } code } error =>
                new BrokerException(ReasonOf(response.StatusCode, code), error.ErrorMsg ?? code),
            "application/json" when TryRead(body, IamJson.Default.IamErrorRecord) is { Error: { } error } =>
                new BrokerException(ReasonOf(response.StatusCode, code: null), error.Message ?? error.Title ?? response.StatusCode.ToString()),
            _ when (int)response.StatusCode is >= 300 and < 400 => new BrokerException(
                BrokerErrorReason.InvalidArgument,
                $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Authority)} answered {(int)response.StatusCode} and points to"
                + $" {response.Headers.Location?.OriginalString ?? "nowhere"}. A credential is not sent on; name the broker's own address."),
            _ => new BrokerException(
                ReasonOf(response.StatusCode, code: null),
                $"{response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Authority)} answered {(int)response.StatusCode} {response.ReasonPhrase}."),
        };
        TimeSpan? retryAfter = response.Headers.RetryAfter?.Delta;
        return CallRetrier.WithRetryAfter(fault, retryAfter);
    }

    private static BrokerErrorReason ReasonOf(HttpStatusCode status, string? code) => (code, status) switch
    {
        ("SMS.7602", _) => BrokerErrorReason.UnknownSourceServer,
        ("SMS.7601", _) => BrokerErrorReason.CommandsOutstanding,
        ("SMS.6501", _) => BrokerErrorReason.TooManySourceServers,
        (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) => BrokerErrorReason.Unauthorized,
        (_, HttpStatusCode.BadRequest) => BrokerErrorReason.InvalidArgument,
        ("SMS.6301", _) => BrokerErrorReason.StorageUnavailable,
        (_, HttpStatusCode.TooManyRequests) => BrokerErrorReason.Throttled,
        (_, HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) => BrokerErrorReason.Unreachable,
        _ => BrokerErrorReason.Internal,
    };

    private static T? TryRead<T>(byte[] body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            // A proxy's page under a broker's media type: the status alone has to do.
            return null;
        }
    }
}
