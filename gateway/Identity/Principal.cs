using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>Who calls, in the project that the call is about.</summary>
internal sealed class Principal
{
    // What these show and change belongs to all of a project: whoever is bound to one source server has none of them, whatever its roles say.
    private const Permission OfWholeProject = Permission.ReadAudit | Permission.ReadIdentity | Permission.ManageIdentity;

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name; the actor in every event it causes.</summary>
    public required string Name { get; init; }

    /// <summary>Its domain.</summary>
    public required string DomainId { get; init; }

    /// <summary>The domain's name.</summary>
    public required string DomainName { get; init; }

    /// <summary>The project it acts in: it sees the source servers of this one and no others.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>The project's name.</summary>
    public required string ProjectName { get; init; }

    /// <summary>Whether it may work in every project of its domain.</summary>
    public bool IsDomainWide { get; init; }

    /// <summary>The only source server it may see; null when it is not bound to one.</summary>
    public string? ServerId { get; init; }

    /// <summary>What it may do.</summary>
    public required Permission Permissions { get; init; }

    /// <summary>What its project may still ask in this second; null without a limit.</summary>
    public RefillingBucket? Budget { get; init; }

    /// <summary>Whether it may do this.</summary>
    public bool Has(Permission needed) => (Permissions & needed) == needed;

    /// <summary>Whether it may see this source server of its project. One that it may not see is answered as one that does not exist.</summary>
    public bool MaySee(ServerId server) => ServerId is null || ServerId == server.Value;

    /// <summary>The same, in its project alone.</summary>
    public Principal InItsProject() => !IsDomainWide ? this : new Principal
    {
        Id = Id,
        Name = Name,
        DomainId = DomainId,
        DomainName = DomainName,
        ProjectId = ProjectId,
        ProjectName = ProjectName,
        ServerId = ServerId,
        Permissions = Permissions,
        Budget = Budget,
    };

    /// <summary>Makes it out of what a silo told.</summary>
    public static Principal Of(PrincipalView view, string projectId, string projectName, RefillingBucket? budget) => new()
    {
        Id = view.PrincipalId,
        Name = view.Name,
        DomainId = view.DomainId,
        DomainName = view.DomainName,
        ProjectId = ProjectId.Parse(projectId),
        ProjectName = projectName,
        IsDomainWide = view.IsDomainWide,
        ServerId = view.ServerId,
        Permissions = RolePermissions.Of(view.Roles) & (view.ServerId is null ? ~Permission.None : ~OfWholeProject),
        Budget = budget,
    };
}
