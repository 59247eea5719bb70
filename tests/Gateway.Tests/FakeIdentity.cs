using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Tokens;

namespace CommandBroker.Gateway.Tests;

/// <summary>A silo's identity in memory: two principals of the default project, and whatever a test adds. Issues real tokens.</summary>
internal sealed class FakeIdentity : IIdentityGrain, IUserNameGrain
{
    public const string OperatorToken = "operator-token";
    public const string AgentToken = "agent-token";

    private readonly List<IdentityChange> _changes = [];
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);

    public FakeIdentity()
    {
        AddToken(OperatorToken, AddPrincipal("olga", Roles.Operator));
        AddToken(AgentToken, AddPrincipal("agent", Roles.Agent));
    }

    public TokenKey Signing { get; private set; } = TokenKey.Create();

    public List<TokenKey> Retired { get; } = [];

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>What every call fails with; null when none does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What a look-up waits for; null when it does not wait.</summary>
    public Task? Delay { get; set; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<AuditEvent> Audited { get; } = new();

    public ConcurrentDictionary<string, CredentialView> Credentials { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, PrincipalView> Principals { get; } = new(StringComparer.Ordinal);

    /// <summary>The domains that the broker made.</summary>
    public List<TenantView> Domains { get; } = [new TenantView { TenantId = DefaultTenant.DomainId, Name = "default", IsEnabled = true }];

    public List<TenantView> Projects { get; } =
    [
        new() { TenantId = DefaultTenant.ProjectId, Name = DefaultTenant.ProjectName, DomainId = DefaultTenant.DomainId, IsEnabled = true },
    ];

    public HashSet<string> Revoked { get; } = [];

    public SignInStatus SignIn { get; set; } = SignInStatus.Refused;

    public SignInCall? LastSignIn { get; private set; }

    /// <summary>Where the last revocation began.</summary>
    public CallOrigin? RevokedBy { get; private set; }

    /// <summary>The most events of one call.</summary>
    public int MaxAuditEvents { get; set; } = 1_000;

    public bool ForgetsHistory { get; set; }

    public static string Id(string name) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(name)));

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public PrincipalView AddPrincipal(
        string name, Roles roles, string? serverId = null, string projectId = DefaultTenant.ProjectId, string domainId = DefaultTenant.DomainId,
        bool isDomainWide = false, int? perSecond = null, string? password = null)
    {
        var view = new PrincipalView
        {
            PrincipalId = Id(name),
            Name = name,
            DomainId = domainId,
            DomainName = domainId == DefaultTenant.DomainId ? DefaultTenant.DomainName : "name-of-" + domainId,
            ProjectId = projectId,
            ProjectName = projectId == DefaultTenant.ProjectId ? DefaultTenant.ProjectName : "name-of-" + projectId,
            IsDomainWide = isDomainWide,
            ServerId = serverId,
            Roles = roles,
            IsEnabled = true,
            CreatedAt = DateTimeOffset.UnixEpoch,
            MaxRequestsPerSecond = perSecond,
        };
        Principals[view.PrincipalId] = view;
        if (password is not null)
        {
            _passwords[name] = password;
        }

        return view;
    }

    public void AddToken(string token, PrincipalView principal, DateTimeOffset? expiresAt = null) =>
        Credentials[Hash(token)] = new CredentialView { CredentialId = Hash(token), Principal = principal, IsEnabled = true, ExpiresAt = expiresAt };

    public void AddKey(string accessKey, string secret, PrincipalView principal, string? sessionToken = null, DateTimeOffset? expiresAt = null) =>
        Credentials[accessKey] = new CredentialView
        {
            CredentialId = accessKey,
            Principal = principal,
            Secret = secret,
            SessionTokenHash = sessionToken is null ? null : Hash(sessionToken),
            IsEnabled = true,
            ExpiresAt = expiresAt,
        };

    /// <summary>Another project of the default domain.</summary>
    public string AddProject(string name, bool isEnabled = true, string domainId = DefaultTenant.DomainId)
    {
        Projects.Add(new TenantView { TenantId = Id(name), Name = name, DomainId = domainId, IsEnabled = isEnabled });
        return Id(name);
    }

    /// <summary>Changes a principal, and what its credentials carry of it; gateways are told.</summary>
    public void Change(PrincipalView principal)
    {
        Principals[principal.PrincipalId] = principal;
        foreach (CredentialView credential in Credentials.Values.Where(view => view.Principal.PrincipalId == principal.PrincipalId))
        {
            Credentials[credential.CredentialId] = credential with { Principal = principal };
        }

        Tell(IdentityChangeKind.Principal, principal.PrincipalId);
    }

    /// <summary>Deletes a principal with its credentials; gateways are told.</summary>
    public void Delete(PrincipalView principal)
    {
        Principals.TryRemove(principal.PrincipalId, out _);
        foreach (CredentialView credential in Credentials.Values.Where(view => view.Principal.PrincipalId == principal.PrincipalId))
        {
            Credentials.TryRemove(credential.CredentialId, out _);
        }

        Tell(IdentityChangeKind.Principal, principal.PrincipalId);
    }

    /// <summary>Disables a project or a domain; gateways are told.</summary>
    public void DisableTenant(string tenantId)
    {
        foreach (List<TenantView> tenants in (List<TenantView>[])[Projects, Domains])
        {
            int at = tenants.FindIndex(tenant => tenant.TenantId == tenantId);
            if (at >= 0)
            {
                tenants[at] = tenants[at] with { IsEnabled = false };
            }
        }

        Tell(IdentityChangeKind.Tenant, tenantId);
    }

    public void Tell(IdentityChangeKind kind, string subject) => _changes.Add(new IdentityChange(kind, subject));

    public void RotateKey(bool forgetOld)
    {
        if (!forgetOld)
        {
            Retired.Add(Signing);
        }

        Signing = TokenKey.Create();
        Tell(IdentityChangeKind.TokenKeys, Signing.KeyId);
    }

    /// <summary>A token as the broker would issue it.</summary>
    public IssuedToken Issue(PrincipalView principal, TimeSpan? lifetime = null, bool isDomainScoped = false, string? projectId = null)
    {
        using var signer = new TokenSigner(Signing.KeyId, Signing.PrivateKey);
        DateTimeOffset now = Clock.GetUtcNow();
        DateTimeOffset end = now + (lifetime ?? TimeSpan.FromHours(24));
        string project = projectId ?? principal.ProjectId;
        LastTokenId = TokenSigner.NewTokenId();
        string text = signer.Issue(new TokenPayload
        {
            KeyId = Signing.KeyId,
            TokenId = LastTokenId,
            PrincipalId = principal.PrincipalId,
            ProjectId = project,
            IsDomainScoped = isDomainScoped,
            IssuedAt = now,
            ExpiresAt = end,
        });
        return new IssuedToken { Text = text, IssuedAt = now, ExpiresAt = end, Principal = principal with { ProjectId = project }, IsDomainScoped = isDomainScoped };
    }

    public string LastTokenId { get; private set; } = "";

    public ValueTask<CredentialView?> FindAccessKeyAsync(string accessKey) => Find("FindAccessKey", accessKey, Credentials);

    public ValueTask<CredentialView?> FindTokenAsync(string tokenHash) => Find("FindToken", tokenHash, Credentials);

    public ValueTask<PrincipalView?> FindPrincipalAsync(string principalId) => Find("FindPrincipal", principalId, Principals);

    public async ValueTask<PrincipalView?> FindPrincipalByNameAsync(string domainName, string name)
    {
        PrincipalView? found = Principals.Values.FirstOrDefault(view =>
            string.Equals(view.DomainName, domainName, StringComparison.OrdinalIgnoreCase) && string.Equals(view.Name, name, StringComparison.OrdinalIgnoreCase));
        await EnterAsync($"FindPrincipalByName {domainName}/{name}");
        return found;
    }

    public async ValueTask<ImmutableArray<TenantView>> FindProjectsAsync(string domainId, string? name)
    {
        await EnterAsync("FindProjects " + domainId);
        return [.. Projects.Where(project => project.DomainId == domainId && (name is null || project.Name == name)).OrderBy(project => project.Name, StringComparer.Ordinal)];
    }

    public async ValueTask<TenantView?> FindTenantAsync(string tenantId)
    {
        TenantView? found = Projects.Concat(Domains).FirstOrDefault(tenant => tenant.TenantId == tenantId);
        await EnterAsync("FindTenant " + tenantId);
        return found;
    }

    public async ValueTask<ImmutableArray<TenantView>> ListProjectsPageAsync(string domainId, string? afterId, int limit)
    {
        await EnterAsync("ListProjectsPage " + domainId);
        string after = afterId is null ? "" : Projects.Single(project => project.TenantId == afterId).Name;
        return
        [
            .. Projects.Where(project => project.DomainId == domainId && string.CompareOrdinal(project.Name, after) > 0)
                .OrderBy(project => project.Name, StringComparer.Ordinal).Take(limit),
        ];
    }

    public async ValueTask<IdentitySnapshot> ReadSnapshotAsync()
    {
        await EnterAsync("ReadSnapshot");
        return new IdentitySnapshot
        {
            Revision = _changes.Count,
            TokenKeys = [.. Retired.Append(Signing).Select(key => new TokenKeyView(key.KeyId, [.. key.PublicKey]))],
            Revoked = [.. Revoked],
        };
    }

    public async ValueTask<IdentityChanges> ReadChangesAsync(long since)
    {
        await EnterAsync("ReadChanges");
        return ForgetsHistory
            ? new IdentityChanges { Revision = _changes.Count, IsReset = true, Changes = [] }
            : new IdentityChanges { Revision = _changes.Count, Changes = [.. _changes.Skip((int)since)] };
    }

    public async ValueTask<SignInReply> SignInAsync(SignInCall call)
    {
        await EnterAsync("SignIn");
        LastSignIn = call;
        PrincipalView? user = Principals.Values.FirstOrDefault(view => view.PrincipalId == call.UserId || view.Name == call.UserName);
        bool isRight = user is not null && _passwords.TryGetValue(user.Name, out string? password) && password == call.Password;
        bool isWide = call.Scope is null ? user is { IsDomainWide: true } : call.Scope.DomainId is not null || call.Scope.DomainName is not null;
        return isRight ? new SignInReply(SignInStatus.SignedIn, Issue(user!, isDomainScoped: isWide))
            : new SignInReply(SignIn, null);
    }

    public async ValueTask<string> SettleAsync(string? userId, string? domainId, string? domainName, string? userName)
    {
        await EnterAsync("SettleUserName");
        PrincipalView? user = userId is null ? null : Principals.GetValueOrDefault(userId);
        string? domain = user?.DomainId ?? domainId
            ?? Principals.Values.FirstOrDefault(view => string.Equals(view.DomainName, domainName, StringComparison.OrdinalIgnoreCase))?.DomainId;
        return $"{domain ?? domainName}/{(user?.Name ?? userName ?? userId)!.ToUpperInvariant()}";
    }

    public async ValueTask RevokeTokenAsync(string tokenId, DateTimeOffset expiresAt, AuditActor actor)
    {
        RevokedBy = CallOrigin.Current;
        await EnterAsync($"Revoke {tokenId} {actor.Name}");
        Revoked.Add(tokenId);
        Tell(IdentityChangeKind.Revocation, tokenId);
    }

    public async ValueTask AuditAsync(ImmutableArray<AuditEvent> events)
    {
        await EnterAsync("Audit");
        Xunit.Assert.InRange(events.Length, 1, MaxAuditEvents);
        foreach (AuditEvent one in events)
        {
            Audited.Enqueue(one);
        }
    }

    /// <summary>Waits until a question has come.</summary>
    public async Task UntilAskedAsync(string question)
    {
        using var deadline = new CancellationTokenSource(GatewayHost.Deadline);
        while (!Calls.Any(call => call.StartsWith(question, StringComparison.Ordinal)))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async ValueTask<T?> Find<T>(string call, string key, ConcurrentDictionary<string, T> from)
        where T : class
    {
        T? found = from.GetValueOrDefault(key);
        await EnterAsync($"{call} {key}");
        return found;
    }

    private async ValueTask EnterAsync(string call)
    {
        Calls.Enqueue(call);
        if (Delay is { } delay)
        {
            await delay;
        }

        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
