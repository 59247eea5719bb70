using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Identity.Passwords;
using CommandBroker.Identity.Tokens;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>Checks passwords and issues tokens. Whatever is wrong, as much work is done before the answer.</summary>
internal sealed class SignIns(IdentityContext context, TokenKeys tokenKeys, AuditRecorder audit)
{
    /// <inheritdoc cref="IIdentityGrain.SignInAsync"/>
    public async Task<SignInReply> RunAsync(SignInCall call) =>
        await context.Passwords.TryRunAsync(() => SignInAsync(call)) ?? new SignInReply(SignInStatus.Busy, Token: null);

    private async Task<SignInReply> SignInAsync(SignInCall call)
    {
        PrincipalEntry? found = await FindAsync(call);
        string? hash = found?.Principal.PasswordHash;
        PasswordCheck check = await context.Passwords.CheckAsync(hash, call.Password);
        if (found is null || check == PasswordCheck.Wrong || !IdentityViews.Of(found, context.Options).IsEnabled)
        {
            string rule = found is null ? "unknown user" : hash is null ? "no password" : check == PasswordCheck.Wrong ? "wrong password" : "disabled";
            Refuse(call, found, rule);
            return new SignInReply(SignInStatus.Refused, Token: null);
        }

        if (check == PasswordCheck.RightButWeak)
        {
            await context.Store.ReplacePasswordHashAsync(found.Principal.PrincipalId, hash!, await context.Passwords.HashAsync(call.Password));
        }

        if (await ScopeAsync(found, call.Scope) is not { } view)
        {
            Refuse(call, found, "scope");
            return new SignInReply(SignInStatus.ScopeRefused, Token: null);
        }

        IssuedToken token = await IssueAsync(view, isDomainScoped: view.IsDomainWide);
        audit.Record(EventOf(call, found, AuditActions.TokenIssued, view.ProjectId, detail: null));
        return new SignInReply(SignInStatus.SignedIn, token);
    }

    private async Task<PrincipalEntry?> FindAsync(SignInCall call)
    {
        if (call.UserId is { } userId)
        {
            return IdentityIds.IsId(userId) ? await context.Store.FindPrincipalAsync(userId) : null;
        }

        string? domainId = call.DomainId;
        if (domainId is null && StorableText.IsStorable(call.DomainName))
        {
            domainId = call.DomainName is { } name ? (await context.Store.FindDomainByNameAsync(name))?.DomainId : null;
        }

        // Looked for also where there is no such domain, so that the answer takes as long.
        return StorableText.IsStorable(call.UserName) && call.UserName is { } userName
            ? await context.Store.FindPrincipalByNameAsync(IdentityIds.IsId(domainId) ? domainId! : "", userName)
            : null;
    }

    /// <summary>
    /// The principal as the token shows it, domain-wide when the token is; null when the scope is not its own, or does not exist. Without a scope the token
    /// counts wherever the principal may work.
    /// </summary>
    private async Task<PrincipalView?> ScopeAsync(PrincipalEntry found, TokenScope? scope)
    {
        PrincipalView own = IdentityViews.Of(found, context.Options);
        if (scope is null or { DomainId: null, DomainName: null, ProjectId: null, ProjectName: null })
        {
            return own.IsDomainWide || own.IsProjectEnabled ? own : null;
        }

        if (scope.DomainId is not null || scope.DomainName is not null)
        {
            bool isOwn = scope.DomainId is { } id ? id == own.DomainId : string.Equals(scope.DomainName, own.DomainName, StringComparison.OrdinalIgnoreCase);
            return isOwn && own.IsDomainWide ? own : null;
        }

        StoredProject? project = await FindProjectAsync(own.DomainId, scope);
        bool isAllowed = project is { IsEnabled: true } && project.DomainId == own.DomainId && (own.IsDomainWide || project.ProjectId == own.ProjectId);
        return isAllowed
            ? own with
            {
                ProjectId = project!.ProjectId,
                ProjectName = project.Name,
                IsDomainWide = false,
                IsProjectEnabled = true,
                MaxRequestsPerSecond = project.MaxRequestsPerSecond ?? context.Options.DefaultRequestsPerSecond,
            }
            : null;
    }

    private async Task<StoredProject?> FindProjectAsync(string domainId, TokenScope scope)
    {
        if (scope.ProjectId is { } projectId)
        {
            return IdentityIds.IsId(projectId) ? await context.Store.FindProjectAsync(projectId) : null;
        }

        return StorableText.IsStorable(scope.ProjectName)
            ? (await context.Store.ListProjectsAsync(domainId, scope.ProjectName, 1)).SingleOrDefault()
            : null;
    }

    private async Task<IssuedToken> IssueAsync(PrincipalView view, bool isDomainScoped)
    {
        DateTimeOffset now = context.Now;
        using TokenSigner signer = await tokenKeys.ReadSignerAsync();
        var payload = new TokenPayload
        {
            KeyId = signer.KeyId,
            TokenId = TokenSigner.NewTokenId(),
            PrincipalId = view.PrincipalId,
            ProjectId = view.ProjectId,
            IsDomainScoped = isDomainScoped,
            IssuedAt = now,
            ExpiresAt = now + context.Options.TokenLifetime,
        };
        return new IssuedToken
        {
            Text = signer.Issue(payload),
            IssuedAt = payload.IssuedAt,
            ExpiresAt = payload.ExpiresAt,
            Principal = view,
            IsDomainScoped = isDomainScoped,
        };
    }

    private void Refuse(SignInCall call, PrincipalEntry? found, string rule)
    {
        IdentityLog.SignInRefused(context.Logger, call.RequestId, call.RemoteAddress, rule);
        audit.RecordRefusal(EventOf(call, found, AuditActions.SignInRefused, found?.Principal.ProjectId, rule));
    }

    /// <summary>What an unknown caller called itself is not repeated: it may be a password in the wrong field.</summary>
    private AuditEvent EventOf(SignInCall call, PrincipalEntry? found, string action, string? projectId, string? detail) => new()
    {
        At = context.Now,
        Actor = new AuditActor
        {
            DomainId = found?.Domain.DomainId ?? DefaultTenant.DomainId,
            Name = found?.Principal.Name ?? "unknown",
            PrincipalId = found?.Principal.PrincipalId,
            RemoteAddress = call.RemoteAddress,
        },
        Action = action,
        ProjectId = projectId,
        Subject = found?.Principal.Name,
        RequestId = call.RequestId,
        Detail = detail,
    };
}
