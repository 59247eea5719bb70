namespace CommandBroker.Grains;

/// <summary>
/// Ends the start of a silo whose master keys do not open what is stored: a broker that answered 401 to every signature instead would look as if all
/// agents had lost their keys.
/// </summary>
internal sealed class MasterKeyCheck(IdentityContext context) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(MasterKeyCheck), ServiceLifecycleStage.ApplicationServices, _ => RunAsync());

    private async Task RunAsync()
    {
        string[] missing = [.. (await context.Store.ReadMasterKeyIdsAsync()).Where(keyId => !context.Secrets.Knows(keyId))];
        if (missing.Length > 0)
        {
            throw new InvalidOperationException(
                $"Stored secrets were encrypted with master key {string.Join(", ", missing)}; the given one is {context.Secrets.MasterKeyId}. Give the missing one, "
                + "too, behind it: Identity:MasterKey takes several, separated by commas. Without it those access keys must be deleted and made anew.");
        }
    }
}
