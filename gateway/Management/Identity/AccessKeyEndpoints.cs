using System.Collections.Immutable;
using CommandBroker.Client.Grains;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>/api/v1/keys</c>, and the keys of agents below their source server.</summary>
internal sealed class AccessKeyEndpoints(ManagementBorder border, ManagementRequest request, IBrokerGrains grains)
{
    /// <summary>How long a rotated key goes on counting when the caller says nothing.</summary>
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromDays(1);

    private static readonly WireJson Wire = WireJson.Readable;

    /// <summary><c>/api/v1/keys</c>.</summary>
    public Task CollectionAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, ListAsync, "user_id", "after", "limit"),
        "POST" => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
        {
            NewAccessKeyCall call = await request.ReadBodyAsync(http, WireJson.Strict.NewAccessKeyCall);
            if (call.PrincipalId is null)
            {
                throw new BrokerException(BrokerErrorReason.InvalidArgument, "user_id is missing; the id of a user is needed.");
            }

            return Created(await grains.IdentityAdmin.CreateKeyAsync(IdentityRequest.CallerOf(http, principal), call));
        }),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };

    /// <summary><c>/api/v1/keys/{access_key}</c>.</summary>
    public Task MemberAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, async (http, principal) => Ok(
            await grains.IdentityAdmin.ShowKeyAsync(IdentityRequest.CallerOf(http, principal), ReadKey(http))
            ?? throw IdentityRequest.Unknown("access key"))),
        "PATCH" => border.RunWithBodyAsync(context, "PATCH", Permission.ManageIdentity, EnableAsync),
        "DELETE" => border.RunAsync(context, "DELETE", Permission.ManageIdentity, async (http, principal) =>
        {
            await grains.IdentityAdmin.DeleteKeyAsync(IdentityRequest.CallerOf(http, principal), ReadKey(http));
            return ManagementAnswer.Ok(new DoneRecord(), Wire.DoneRecord);
        }),
        _ => border.RefuseMethodAsync(context, "GET, PATCH, DELETE").AsTask(),
    };

    /// <summary><c>/api/v1/keys/{access_key}/rotate</c>.</summary>
    public Task RotateAsync(HttpContext context) => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
    {
        TimeSpan overlap = (await request.ReadBodyAsync(http, WireJson.Strict.RotateKeyBody, whenEmpty: new RotateKeyBody())).Overlap ?? DefaultOverlap;
        return Created(await grains.IdentityAdmin.RotateKeyAsync(IdentityRequest.CallerOf(http, principal), ReadKey(http), overlap));
    });

    /// <summary><c>/api/v1/sources/{server_id}/agent-key</c>.</summary>
    public Task AgentKeyAsync(HttpContext context) => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, async (http, principal) =>
    {
        string? text = http.Request.RouteValues["server_id"] as string;
        if (!ServerId.TryParse(text, out ServerId id))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(text));
        }

        NewAccessKeyCall call = await request.ReadBodyAsync(http, WireJson.Strict.NewAccessKeyCall, whenEmpty: new NewAccessKeyCall());
        return Created(await AgentKeys.CreateAsync(
            grains.IdentityAdmin, IdentityRequest.CallerOf(http, principal), principal.ProjectId.Value, id.Value, call));
    });

    private async ValueTask<ManagementAnswer> ListAsync(HttpContext context, Principal principal)
    {
        int limit = IdentityRequest.ReadLimit(context);
        ImmutableArray<AccessKeyView> page = await grains.IdentityAdmin.ListKeysAsync(
            IdentityRequest.CallerOf(context, principal),
            IdentityRequest.ReadText(context, "user_id"),
            IdentityRequest.ReadText(context, "after"),
            limit);
        return ManagementAnswer.Ok(
            new AccessKeyListRecord
            {
                Keys = page,
                NextAfter = page.Length == limit ? page[^1].AccessKey : null,
            },
            Wire.AccessKeyListRecord);
    }

    private async ValueTask<ManagementAnswer> EnableAsync(HttpContext context, Principal principal)
    {
        bool isEnabled = (await request.ReadBodyAsync(context, WireJson.Strict.AccessKeyChangeBody)).Enabled
            ?? throw new BrokerException(BrokerErrorReason.InvalidArgument, "enabled is missing; true or false is needed.");
        return Ok(await grains.IdentityAdmin.EnableKeyAsync(IdentityRequest.CallerOf(context, principal), ReadKey(context), isEnabled));
    }

    private static string ReadKey(HttpContext context) => IdentityRequest.ReadId(context, "access_key");

    private static ManagementAnswer Ok(AccessKeyView key) => ManagementAnswer.Ok(key, Wire.AccessKeyView);

    private static ManagementAnswer Created(NewAccessKey made) =>
        ManagementAnswer.Created(made, Wire.NewAccessKey, $"/api/v1/keys/{made.AccessKey}");
}
