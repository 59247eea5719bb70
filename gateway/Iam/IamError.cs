using System.Text.Json;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.WebUtilities;

namespace CommandBroker.Gateway.Iam;

/// <summary>An error of the IAM's route family: <c>{"error":{"code","message","title"}}</c>.</summary>
/// <param name="Code">The HTTP status, repeated in the body.</param>
/// <param name="Message">What was found and what is allowed.</param>
internal sealed record IamError(int Code, string Message)
{
    public static readonly IamError TokenNotFound = new(404, "There is no such token, or it is not yours to see.");
    public static readonly IamError NotIssuing = new(404, "This broker neither issues nor validates tokens: Identity:Mode names an external IAM. Get a token there.");
    public static readonly IamError SignInRefused = new(401, "The user name or the password is wrong.");
    public static readonly IamError ScopeRefused = new(401, "The scope is not one of the user's.");
    public static readonly IamError Unavailable = new(503, "The broker cannot answer just now.") { IsTransient = true };
    public static readonly IamError Busy = new(503, "More requests are worked on than Gateway:MaxConcurrentRequests allows.") { IsTransient = true };
    public static readonly IamError Crowded = new(503, "Too many bodies of callers who are not proven yet are here or waited for (Gateway:MaxUnprovenBodies, Gateway:MaxUnprovenBodyBytes).") { IsTransient = true };
    public static readonly IamError Internal = new(500, "The broker failed; its log has more under this request id.");

    /// <summary>Whether the same request may succeed later; the answer then carries <c>Retry-After</c>.</summary>
    public bool IsTransient { get; init; }

    /// <summary>What <c>Retry-After</c> tells; null means what is usual.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The body.</summary>
    public byte[] Encode() => IamJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteNumber("code"u8, Code);
        writer.WriteString("message"u8, Message);
        writer.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(Code));
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>The request is not what it must be.</summary>
    public static IamError Invalid(string message) => new(400, message);

    /// <summary>Too many sign-ins.</summary>
    public static IamError Throttled(TimeSpan wait) => new(429, "Too many sign-ins were refused; try again later.") { IsTransient = true, Wait = wait };

    /// <summary>What a caller gets who was not admitted.</summary>
    public static IamError Of(Refusal refusal) => new(refusal.Code, refusal.Message)
    {
        IsTransient = refusal.Code is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable,
        Wait = refusal.Wait,
    };

    /// <summary>What a caller gets whose call the broker refused.</summary>
    public static IamError Of(BrokerException refused) => refused.Reason switch
    {
        BrokerErrorReason.InvalidArgument => Invalid(refused.Message),
        BrokerErrorReason.UnknownIdentity => new(404, refused.Message),
        BrokerErrorReason.Throttled => new(429, refused.Message) { IsTransient = true },
        BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Unreachable => new(503, refused.Message) { IsTransient = true },
        _ => Internal,
    };
}
