namespace CommandBroker.Contracts.Identity;

/// <summary>What a principal was made for. Roles add up. The numbers are stored: never reuse one.</summary>
[Flags]
public enum Roles
{
    /// <summary>None: may sign in and nothing else.</summary>
    None = 0,

    /// <summary>Polls, reports and registers.</summary>
    Agent = 1,

    /// <summary>Source servers and commands: everything, an agent's calls included.</summary>
    Operator = 2,

    /// <summary>Reads everything, the audit included; changes nothing.</summary>
    Auditor = 4,

    /// <summary>Principals, keys and projects of its domain, and the audit; no commands.</summary>
    Admin = 8,
}
