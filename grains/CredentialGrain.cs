using System.Collections.Immutable;
using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <inheritdoc cref="ICredentialGrain"/>
internal sealed class CredentialGrain(
    [PersistentState(GrainStorage.Credentials, GrainStorage.Provider)] IPersistentState<CredentialState> state)
    : Grain, ICredentialGrain
{
    public ValueTask<ImmutableArray<CredentialRecord>> ReadAsync() => new([.. state.State.Credentials]);

    public async ValueTask PutAsync(ImmutableArray<CredentialRecord> credentials)
    {
        List<CredentialRecord> before = state.State.Credentials;
        List<CredentialRecord> after =
        [
            .. before.Where(known => !credentials.Any(given => given.Principal == known.Principal)),
            .. credentials,
        ];
        if (after.ToHashSet().SetEquals(before))
        {
            return;
        }

        state.State = new CredentialState { Credentials = after };
        try
        {
            await GrainStorage.GuardAsync(state.WriteStateAsync(), "credentials");
        }
        catch (BrokerException)
        {
            state.State = new CredentialState { Credentials = before };
            DeactivateOnIdle();
            throw;
        }
    }
}
