namespace CommandBroker.Storage.Identity;

/// <summary>Where an encrypted secret stands.</summary>
/// <param name="IsTokenKey">Whether it is the private half of a key that signs tokens, and not the secret of an access key.</param>
/// <param name="Id">The id of the key.</param>
/// <param name="Secret">The secret.</param>
public sealed record SecretOwner(bool IsTokenKey, string Id, StoredSecret Secret);
