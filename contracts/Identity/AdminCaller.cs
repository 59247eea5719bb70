namespace CommandBroker.Contracts.Identity;

/// <summary>Who administers. The grain lets it see and change its own domain only, unless it administers the broker.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AdminCaller")]
public sealed record AdminCaller
{
    /// <summary>Who, for the audit; its domain is the one it may change.</summary>
    [Id(0)] public required AuditActor Actor { get; init; }

    /// <summary>The request id.</summary>
    [Id(1)] public string? RequestId { get; init; }

    /// <summary>The only project it may see and change; null when it is domain-wide.</summary>
    [Id(2)] public string? ProjectId { get; init; }

    /// <summary>Whether it administers the broker: an administrator of the default domain that is domain-wide.</summary>
    public bool IsBrokerAdmin => Actor.DomainId == DefaultTenant.DomainId && ProjectId is null;
}
