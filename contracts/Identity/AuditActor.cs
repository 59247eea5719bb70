namespace CommandBroker.Contracts.Identity;

/// <summary>Who did something, and from where.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AuditActor")]
public sealed record AuditActor
{
    /// <summary>The domain; the events of one domain are not shown to another.</summary>
    [Id(0)] public required string DomainId { get; init; }

    /// <summary>The principal's name; <c>unknown</c> for an unknown caller, since what it called itself may be a mistyped password.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>The principal's id; null for an unknown caller, for the broker itself, and where only the name is known.</summary>
    [Id(2)] public string? PrincipalId { get; init; }

    /// <summary>The address the call came from; null for the broker itself, and where it is not known.</summary>
    [Id(3)] public string? RemoteAddress { get; init; }
}
