using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>/api/v1/identity</c>: the broker's own keys.</summary>
internal sealed class IdentityKeyEndpoints(ManagementBorder border, IBrokerGrains grains)
{
    /// <summary><c>POST /api/v1/identity/rotate-token-key</c>.</summary>
    public Task RotateTokenKeyAsync(HttpContext context) => border.RunAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
    {
        await grains.IdentityAdmin.RotateTokenKeyAsync(IdentityRequest.CallerOf(http, principal));
        return ManagementAnswer.Ok(new DoneRecord(), WireJson.Readable.DoneRecord);
    });

    /// <summary><c>POST /api/v1/identity/reencrypt</c>.</summary>
    public Task ReencryptAsync(HttpContext context) => border.RunAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
        ManagementAnswer.Ok(
            new ReencryptRecord { ReencryptedCount = await grains.IdentityAdmin.ReencryptAsync(IdentityRequest.CallerOf(http, principal)) },
            WireJson.Readable.ReencryptRecord));
}
