using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Between principals on the wire and the contracts. Limits are the broker's; here it is only said what is missing or cannot be read.</summary>
public static class UserMap
{
    /// <summary>Writes a principal.</summary>
    public static UserRecord ToWire(this PrincipalView view) => new()
    {
        Id = view.PrincipalId,
        Name = view.Name,
        DomainId = view.DomainId,
        DomainName = view.DomainName,
        ProjectId = view.ProjectId,
        ProjectName = view.ProjectName,
        DomainWide = view.IsDomainWide,
        ServerId = view.ServerId,
        Roles = RoleNames.Of(view.Roles),
        Enabled = view.IsEnabled,
        CreatedAt = view.CreatedAt,
    };

    /// <summary>Reads a principal.</summary>
    public static PrincipalView ToView(this UserRecord record) => new()
    {
        PrincipalId = record.Id,
        Name = record.Name,
        DomainId = record.DomainId,
        DomainName = record.DomainName,
        ProjectId = record.ProjectId,
        ProjectName = record.ProjectName,
        IsDomainWide = record.DomainWide,
        ServerId = record.ServerId,
        Roles = RoleNames.Parse(record.Roles),
        IsEnabled = record.Enabled,
        CreatedAt = record.CreatedAt,
    };

    /// <summary>Writes a principal to make.</summary>
    public static NewUserBody ToWire(this NewPrincipal principal) => new()
    {
        Name = principal.Name,
        DomainId = principal.DomainId.Length == 0 ? null : principal.DomainId,
        ProjectId = principal.ProjectId,
        DomainWide = principal.IsDomainWide ? true : null,
        ServerId = principal.ServerId,
        Roles = RoleNames.Of(principal.Roles),
        Password = principal.Password,
    };

    /// <summary>Reads a principal to make.</summary>
    /// <param name="body">What came.</param>
    /// <param name="domainId">The domain when the body names none.</param>
    /// <exception cref="BrokerException">InvalidArgument: something needed is missing or cannot be read.</exception>
    public static NewPrincipal ToPrincipal(this NewUserBody body, string domainId) => new()
    {
        Name = body.Name ?? throw Missing("name is missing; 1 to 64 characters are needed."),
        DomainId = body.DomainId ?? domainId,
        ProjectId = body.ProjectId,
        IsDomainWide = body.DomainWide ?? false,
        ServerId = body.ServerId,
        Roles = RoleNames.Parse(body.Roles ?? throw Missing($"roles is missing; a list of {RoleNames.All} is needed.")),
        Password = body.Password,
    };

    /// <summary>Writes a change.</summary>
    public static UserChangeBody ToWire(this PrincipalChange change) => new()
    {
        Roles = change.Roles is { } roles ? RoleNames.Of(roles) : null,
        Enabled = change.IsEnabled,
        Password = change.Password,
    };

    /// <summary>Reads a change.</summary>
    /// <exception cref="BrokerException">InvalidArgument: a role cannot be read.</exception>
    public static PrincipalChange ToChange(this UserChangeBody body) => new()
    {
        Roles = body.Roles is { } roles ? RoleNames.Parse(roles) : null,
        IsEnabled = body.Enabled,
        Password = body.Password,
    };

    private static BrokerException Missing(string message) => new(BrokerErrorReason.InvalidArgument, message);
}
