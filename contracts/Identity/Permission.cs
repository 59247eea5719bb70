namespace CommandBroker.Contracts.Identity;

/// <summary>One action. <see cref="PermissionNames"/> has the names that a 403 tells.</summary>
[Flags]
public enum Permission
{
    /// <summary>No action.</summary>
    None = 0,

    /// <summary>Poll.</summary>
    GetCommand = 1 << 0,

    /// <summary>Report.</summary>
    UpdateCommandResult = 1 << 1,

    /// <summary>Register a source server.</summary>
    RegisterServer = 1 << 2,

    /// <summary>List source servers.</summary>
    ListServers = 1 << 3,

    /// <summary>Show a source server.</summary>
    QueryServer = 1 << 4,

    /// <summary>Rename a source server.</summary>
    UpdateServer = 1 << 5,

    /// <summary>Delete source servers.</summary>
    DeleteServer = 1 << 6,

    /// <summary>Enqueue commands.</summary>
    EnqueueCommand = 1 << 7,

    /// <summary>Cancel a command.</summary>
    CancelCommand = 1 << 8,

    /// <summary>Put a dead-lettered command back.</summary>
    RedriveCommand = 1 << 9,

    /// <summary>Read queues, commands and history.</summary>
    ReadCommands = 1 << 10,

    /// <summary>Change a source server's settings.</summary>
    ConfigureServer = 1 << 11,

    /// <summary>Read the audit.</summary>
    ReadAudit = 1 << 12,

    /// <summary>Read principals, keys and projects.</summary>
    ReadIdentity = 1 << 13,

    /// <summary>Change principals, keys and projects.</summary>
    ManageIdentity = 1 << 14,
}
