using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Passwords;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>What everything about identities shares in a silo.</summary>
internal sealed class IdentityContext(
    IBrokerDatabase database, IOptions<IdentityOptions> options, TimeProvider clock, PasswordChecks checks, ILogger<IdentityContext> logger)
{
    public IIdentityStore Store { get; } = database.Identities;

    public IdentityOptions Options { get; } = options.Value;

    public SecretBox Secrets { get; } = new(MasterKeySource.Read(options.Value));

    public PasswordChecks Passwords { get; } = checks;

    public ILogger Logger { get; } = logger;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The broker itself, as the audit names it.</summary>
    public static AuditActor Broker { get; } = new() { DomainId = DefaultTenant.DomainId, Name = "broker" };

    /// <summary>Encrypts a text for a credential.</summary>
    public StoredSecret Seal(ReadOnlySpan<byte> secret, string owner)
    {
        SealedSecret stored = Secrets.Seal(secret, owner);
        return new StoredSecret(stored.MasterKeyId, stored.Bytes);
    }

    /// <summary>Decrypts it.</summary>
    /// <exception cref="UnreadableSecretException">It cannot be opened with these master keys.</exception>
    public byte[] Open(StoredSecret secret, string owner) => Secrets.Open(new SealedSecret(secret.MasterKeyId, secret.Bytes), owner);

    /// <summary>What an access key's secret is bound to.</summary>
    public static string OwnerOfKey(string accessKey) => "access-key:" + accessKey;

    /// <summary>What the private half of a token key is bound to.</summary>
    public static string OwnerOfTokenKey(string keyId) => "token-key:" + keyId;
}
