using CommandBroker.Contracts.Identity;

namespace CommandBroker.Grains;

internal sealed partial class IdentityAdminGrain
{
    /// <summary>How long the activation stays after a page that nobody asked for.</summary>
    private static readonly TimeSpan KeptAlive = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Reencryption _reencryption = new(context);

    public async ValueTask<ReencryptionView> StartReencryptionAsync(AdminCaller caller)
    {
        caller.RequireBrokerAdmin("Encrypting secrets anew");
        _reencryption.Start(caller, () => DelayDeactivation(KeptAlive), _stopping.Token);
        return await _reencryption.ShowAsync();
    }

    public async ValueTask<ReencryptionView> ShowReencryptionAsync(AdminCaller caller)
    {
        caller.RequireBrokerAdmin("How far the exchange of the master key is");
        return await _reencryption.ShowAsync();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }
}
