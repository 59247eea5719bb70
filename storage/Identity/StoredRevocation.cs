namespace CommandBroker.Storage.Identity;

/// <summary>A token that counts no more.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="ExpiresAt">When it would have ended by itself, UTC: it need not be remembered longer.</param>
public sealed record StoredRevocation(string TokenId, DateTimeOffset ExpiresAt);
