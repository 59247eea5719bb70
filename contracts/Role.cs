namespace CommandBroker.Contracts;

/// <summary>What a principal may do. The numbers are stored: never reuse one.</summary>
public enum Role
{
    /// <summary>The agents' routes: poll, report, register.</summary>
    Agent = 1,

    /// <summary>Everything.</summary>
    Operator = 2,
}
