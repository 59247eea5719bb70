using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary>Reads what an identity request carries beside its body; what is wrong with it is thrown as <see cref="BrokerErrorReason.InvalidArgument"/>.</summary>
internal static class IdentityRequest
{
    private const int MaxLimit = 1_000;
    private const int MaxTextLength = 255;

    /// <summary>Who administers.</summary>
    public static AdminCaller CallerOf(HttpContext context, Principal principal) => new()
    {
        Actor = new AuditActor
        {
            DomainId = principal.DomainId,
            Name = principal.Name,
            PrincipalId = principal.Id,
            RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
        },
        RequestId = RequestStamp.Of(context),
        ProjectId = principal.IsDomainWide ? null : principal.ProjectId.Value,
    };

    /// <summary>The id of the path. Nothing is said about its form: one that cannot exist is answered as one that does not.</summary>
    public static string ReadId(HttpContext context, string name = "id") => context.Request.RouteValues[name] as string ?? "";

    /// <summary>The page's size.</summary>
    public static int ReadLimit(HttpContext context, int usual = 100) => (int)(ManagementRequest.ReadNumber(context, "limit", MaxLimit) ?? usual);

    /// <summary>A text of the query; null when it is absent.</summary>
    public static string? ReadText(HttpContext context, string name)
    {
        StringValues text = context.Request.Query[name];
        return text.Count == 0 ? null
            : text.Count == 1 && text[0] is { Length: > 0 and <= MaxTextLength } only ? only
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, $"{name} must be given once and have 1 to {MaxTextLength} characters.");
    }

    /// <summary>What is not there, or not for this caller.</summary>
    public static BrokerException Unknown(string what) => new(BrokerErrorReason.UnknownIdentity, $"There is no such {what}.");
}
