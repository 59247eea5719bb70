using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>Stored identities as others see them.</summary>
internal static class IdentityViews
{
    public static TenantView Of(StoredDomain domain) => new() { TenantId = domain.DomainId, Name = domain.Name, IsEnabled = domain.IsEnabled };

    public static TenantView Of(StoredProject project) => new()
    {
        TenantId = project.ProjectId,
        Name = project.Name,
        DomainId = project.DomainId,
        IsEnabled = project.IsEnabled,
        MaxSourceServers = project.MaxSourceServers,
        MaxPendingCommands = project.MaxPendingCommands,
        MaxRequestsPerSecond = project.MaxRequestsPerSecond,
    };

    public static PrincipalView Of(PrincipalEntry entry, IdentityOptions options) => new()
    {
        PrincipalId = entry.Principal.PrincipalId,
        Name = entry.Principal.Name,
        DomainId = entry.Domain.DomainId,
        DomainName = entry.Domain.Name,
        ProjectId = entry.Project.ProjectId,
        ProjectName = entry.Project.Name,
        IsDomainWide = entry.Principal.IsDomainWide,
        ServerId = entry.Principal.ServerId,
        Roles = (Roles)entry.Principal.Roles,
        IsEnabled = entry.Principal.IsEnabled && entry.Domain.IsEnabled && (entry.Project.IsEnabled || entry.Principal.IsDomainWide),
        CreatedAt = entry.Principal.CreatedAt,
        MaxRequestsPerSecond = entry.Project.MaxRequestsPerSecond ?? options.DefaultRequestsPerSecond,
        TokensValidFrom = entry.Principal.TokensValidFrom,
        IsProjectEnabled = entry.Project.IsEnabled,
    };

    public static AccessKeyView Of(CredentialEntry entry, IdentityOptions options) => Of(entry.Credential, Of(entry.Owner, options));

    public static AccessKeyView Of(StoredCredential credential, PrincipalView owner) => new()
    {
        AccessKey = credential.CredentialId,
        Principal = owner,
        Description = credential.Description,
        IsEnabled = credential.IsEnabled,
        CreatedAt = credential.CreatedAt,
        ExpiresAt = credential.ExpiresAt,
        IsTemporary = credential.SessionTokenHash is not null,
        RotatedTo = credential.RotatedTo,
    };

    public static AuditEvent Of(StoredAuditEvent stored) => new()
    {
        AuditNo = stored.AuditNo,
        At = stored.OccurredAt,
        Actor = new AuditActor
        {
            DomainId = stored.DomainId,
            Name = stored.ActorName,
            PrincipalId = stored.PrincipalId,
            RemoteAddress = stored.RemoteAddress,
        },
        Action = stored.Action,
        ProjectId = stored.ProjectId,
        Subject = stored.Subject,
        RequestId = stored.RequestId,
        Detail = stored.Detail,
    };

    /// <summary>An event as it is stored: what is too long is cut, what no store can keep is replaced.</summary>
    public static StoredAuditEvent Of(AuditEvent given) => new()
    {
        OccurredAt = given.At,
        DomainId = AuditText.Cut(given.Actor.DomainId)!,
        ActorName = AuditText.Cut(given.Actor.Name)!,
        PrincipalId = AuditText.Cut(given.Actor.PrincipalId),
        RemoteAddress = AuditText.Cut(given.Actor.RemoteAddress),
        Action = AuditText.Cut(given.Action)!,
        ProjectId = AuditText.Cut(given.ProjectId),
        Subject = AuditText.Cut(given.Subject),
        RequestId = AuditText.Cut(given.RequestId),
        Detail = AuditText.Cut(given.Detail),
    };
}
