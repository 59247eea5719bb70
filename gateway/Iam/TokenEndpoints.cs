using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Iam;

/// <summary><c>/v3/auth/tokens</c>: issue by password, validate, revoke.</summary>
internal sealed class TokenEndpoints(
    IamBorder border, SignInDesk desk, TokenProof tokens, IdentityCache cache, IBrokerGrains grains, TimeProvider clock)
{
    /// <summary>Handles the route.</summary>
    public Task HandleAsync(HttpContext context) => context.Request.Method switch
    {
        "POST" => border.RunAsync(context, desk.SignInAsync),
        "GET" or "HEAD" => border.RunAsync(context, ValidateAsync),
        "DELETE" => border.RunAsync(context, RevokeAsync),
        _ => border.RefuseMethodAsync(context, "GET, HEAD, POST, DELETE"),
    };

    /// <summary>Refuses the route, where tokens are those of an external IAM.</summary>
    public Task RefuseAsync(HttpContext context) => border.RunAsync(context, _ => new ValueTask<IamAnswer>(IamError.NotIssuing));

    private async ValueTask<IamAnswer> ValidateAsync(HttpContext context, Principal caller)
    {
        if (await FindAsync(context, caller, Permission.ReadIdentity) is not { } token)
        {
            return IamError.TokenNotFound;
        }

        PrincipalView view = token.Known.View with { ProjectId = token.Scoped.ProjectId.Value, ProjectName = token.Scoped.ProjectName };
        return IamAnswer.Ok(TokenBody.Write(view, token.Payload.IssuedAt, token.Payload.ExpiresAt, token.Payload.IsDomainScoped));
    }

    private async ValueTask<IamAnswer> RevokeAsync(HttpContext context, Principal caller)
    {
        if (await FindAsync(context, caller, Permission.ManageIdentity) is not { } token)
        {
            return IamError.TokenNotFound;
        }

        await grains.Identity.RevokeTokenAsync(token.Payload.TokenId, token.Payload.ExpiresAt, new AuditActor
        {
            DomainId = caller.DomainId,
            Name = caller.Name,
            PrincipalId = caller.Id,
            RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
        });
        cache.Issued.Revoke(token.Payload.TokenId);
        return IamAnswer.Done;
    }

    /// <summary>The token that the call is about, when it counts and is the caller's own, or one of those that the caller may administer.</summary>
    private async ValueTask<KnownToken?> FindAsync(HttpContext context, Principal caller, Permission needed)
    {
        StringValues subject = context.Request.Headers[IamBorder.SubjectHeader];
        if (subject.Count != 1 || subject[0] is not { Length: > 0 and <= TokenHash.MaxTokenLength } text)
        {
            return null;
        }

        if (await tokens.FindIssuedAsync(text, clock.GetUtcNow()) is not { } token || !token.Known.View.IsEnabled)
        {
            return null;
        }

        bool isOwn = token.Known.View.PrincipalId == caller.Id;
        bool isWithin = token.Known.View.DomainId == caller.DomainId && (caller.IsDomainWide || token.Scoped.ProjectId == caller.ProjectId);
        return isOwn || (isWithin && caller.Has(needed)) ? token : null;
    }
}
