using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>/api/v1/identity</c>: the broker's own keys.</summary>
internal sealed class IdentityKeyEndpoints(ManagementBorder border, ManagementRequest request, IBrokerGrains grains)
{
    /// <summary><c>POST /api/v1/identity/rotate-token-key</c>.</summary>
    public Task RotateTokenKeyAsync(HttpContext context) => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
    {
        RotateTokenKeyBody body = await request.ReadBodyAsync(http, WireJson.Strict.RotateTokenKeyBody, whenEmpty: new RotateTokenKeyBody());
        AdminCaller caller = IdentityRequest.CallerOf(http, principal);
        await (body.Now ?? false ? grains.IdentityAdmin.EndTokensAsync(caller) : grains.IdentityAdmin.RotateTokenKeyAsync(caller));
        return ManagementAnswer.Ok(new DoneRecord(), WireJson.Readable.DoneRecord);
    });

    /// <summary><c>/api/v1/identity/reencrypt</c>: POST begins the run or joins it, GET says how far it is.</summary>
    public Task ReencryptAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, async (http, principal) => ManagementAnswer.Ok(
            await grains.IdentityAdmin.ShowReencryptionAsync(IdentityRequest.CallerOf(http, principal)), WireJson.Readable.ReencryptionView)),
        "POST" => border.RunAsync(context, "POST", Permission.ManageIdentity, async (http, principal) => ManagementAnswer.Accepted(
            await grains.IdentityAdmin.StartReencryptionAsync(IdentityRequest.CallerOf(http, principal)),
            WireJson.Readable.ReencryptionView,
            "/api/v1/identity/reencrypt")),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };
}
