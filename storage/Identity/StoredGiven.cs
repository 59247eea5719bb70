namespace CommandBroker.Storage.Identity;

/// <summary>Something that a start gave: a principal, or a token.</summary>
/// <param name="GivenId">The hash of its name, or the token's.</param>
/// <param name="IsEnded">Whether an administrator has deleted it since.</param>
public sealed record StoredGiven(string GivenId, bool IsEnded);
