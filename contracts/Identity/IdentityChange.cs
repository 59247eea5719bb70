namespace CommandBroker.Contracts.Identity;

/// <summary>One change that gateways must know of.</summary>
/// <param name="Kind">What it concerns.</param>
/// <param name="Subject">Its id.</param>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.IdentityChange")]
public sealed record IdentityChange([property: Id(0)] IdentityChangeKind Kind, [property: Id(1)] string Subject);
