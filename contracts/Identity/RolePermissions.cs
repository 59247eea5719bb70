namespace CommandBroker.Contracts.Identity;

/// <summary>What each role may do.</summary>
public static class RolePermissions
{
    private const Permission Agent = Permission.GetCommand | Permission.UpdateCommandResult | Permission.RegisterServer
        | Permission.QueryServer | Permission.UpdateServer;

    private const Permission Reading = Permission.ListServers | Permission.QueryServer | Permission.ReadCommands;

    private const Permission Operator = Agent | Reading | Permission.DeleteServer | Permission.EnqueueCommand
        | Permission.CancelCommand | Permission.RedriveCommand | Permission.ConfigureServer;

    /// <summary>All that the roles allow together.</summary>
    public static Permission Of(Roles roles) =>
        (roles.HasFlag(Roles.Agent) ? Agent : 0)
        | (roles.HasFlag(Roles.Operator) ? Operator : 0)
        | (roles.HasFlag(Roles.Auditor) ? Reading | Permission.ReadAudit | Permission.ReadIdentity : 0)
        | (roles.HasFlag(Roles.Admin) ? Permission.ReadAudit | Permission.ReadIdentity | Permission.ManageIdentity : 0);
}
