using System.Collections.Immutable;

namespace CommandBroker.Contracts;

/// <summary>The stored credentials; use key 0.</summary>
[Alias("CommandBroker.ICredentialGrain")]
public interface ICredentialGrain : IGrainWithIntegerKey
{
    /// <summary>All credentials. Gateways keep them for a short time and ask again.</summary>
    [Alias("Read")]
    ValueTask<ImmutableArray<CredentialRecord>> ReadAsync();

    /// <summary>Adds credentials; one whose principal exists replaces it. Atomic and harmless to repeat.</summary>
    [Alias("Put")]
    ValueTask PutAsync(ImmutableArray<CredentialRecord> credentials);
}
