namespace CommandBroker.Contracts.Identity;

/// <summary>The names of actions, as the vendor's policies and a 403 have them; those that the vendor lacks are named in the same way.</summary>
public static class PermissionNames
{
    /// <summary>The name of one action.</summary>
    /// <exception cref="ArgumentOutOfRangeException">None, or several.</exception>
    public static string Of(Permission permission) => permission switch
    {
        Permission.GetCommand => "sms:server:getCommand",
        Permission.UpdateCommandResult => "sms:server:updateCommandResult",
        Permission.RegisterServer => "sms:server:registerServer",
        Permission.ListServers => "sms:server:listServers",
        Permission.QueryServer => "sms:server:queryServer",
        Permission.UpdateServer => "sms:server:updateServer",
        Permission.DeleteServer => "sms:server:deleteServer",
        Permission.EnqueueCommand => "sms:command:enqueue",
        Permission.CancelCommand => "sms:command:cancel",
        Permission.RedriveCommand => "sms:command:redrive",
        Permission.ReadCommands => "sms:command:read",
        Permission.ConfigureServer => "sms:server:configure",
        Permission.ReadAudit => "sms:audit:read",
        Permission.ReadIdentity => "iam:identity:read",
        Permission.ManageIdentity => "iam:identity:manage",
        _ => throw new ArgumentOutOfRangeException(nameof(permission), permission, "One action has a name."),
    };
}
