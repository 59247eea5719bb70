using System.Collections.Immutable;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>/api/v1/users</c>: the principals of a domain.</summary>
internal sealed class UserEndpoints(ManagementBorder border, ManagementRequest request, IBrokerGrains grains)
{
    private static readonly WireJson Wire = WireJson.Readable;

    /// <summary><c>/api/v1/users</c>.</summary>
    public Task CollectionAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, ListAsync, "domain_id", "name", "after", "limit"),
        "POST" => border.RunWithBodyAsync(context, "POST", Permission.ManageIdentity, CreateAsync),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };

    /// <summary><c>/api/v1/users/{id}</c>.</summary>
    public Task MemberAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadIdentity, async (http, principal) => Ok(
            await grains.IdentityAdmin.ShowPrincipalAsync(IdentityRequest.CallerOf(http, principal), IdentityRequest.ReadId(http))
            ?? throw IdentityRequest.Unknown("user"))),
        "PATCH" => border.RunWithBodyAsync(context, "PATCH", Permission.ManageIdentity, async (http, principal) =>
        {
            PrincipalChange change = await request.ReadBodyAsync(http, WireJson.Strict.PrincipalChange);
            return Ok(await grains.IdentityAdmin.ChangePrincipalAsync(
                IdentityRequest.CallerOf(http, principal), IdentityRequest.ReadId(http), change));
        }),
        "DELETE" => border.RunAsync(context, "DELETE", Permission.ManageIdentity, async (http, principal) =>
        {
            await grains.IdentityAdmin.DeletePrincipalAsync(IdentityRequest.CallerOf(http, principal), IdentityRequest.ReadId(http));
            return ManagementAnswer.Ok(new DoneRecord(), Wire.DoneRecord);
        }),
        _ => border.RefuseMethodAsync(context, "GET, PATCH, DELETE").AsTask(),
    };

    private async ValueTask<ManagementAnswer> ListAsync(HttpContext context, Principal principal)
    {
        AdminCaller caller = IdentityRequest.CallerOf(context, principal);
        string domainId = IdentityRequest.ReadText(context, "domain_id") ?? principal.DomainId;
        if (IdentityRequest.ReadText(context, "name") is { } name)
        {
            PrincipalView? found = await grains.IdentityAdmin.FindPrincipalAsync(caller, domainId, name);
            return Ok(found is null ? [] : [found], next: null);
        }

        int limit = IdentityRequest.ReadLimit(context);
        ImmutableArray<PrincipalView> page = await grains.IdentityAdmin.ListPrincipalsAsync(
            caller, domainId, IdentityRequest.ReadText(context, "after"), limit);
        return Ok(page, page.Length == limit ? page[^1].Name : null);
    }

    private async ValueTask<ManagementAnswer> CreateAsync(HttpContext context, Principal principal)
    {
        NewPrincipal wanted = await request.ReadBodyAsync(context, WireJson.Strict.NewPrincipal);
        if (wanted.ServerId is { } serverId && !ServerId.TryParseNew(serverId, out _))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(serverId));
        }

        PrincipalView made = await grains.IdentityAdmin.CreatePrincipalAsync(IdentityRequest.CallerOf(context, principal), wanted);
        return ManagementAnswer.Created(made, Wire.PrincipalView, $"/api/v1/users/{made.PrincipalId}");
    }

    private static ManagementAnswer Ok(PrincipalView user) => ManagementAnswer.Ok(user, Wire.PrincipalView);

    private static ManagementAnswer Ok(ImmutableArray<PrincipalView> users, string? next) => ManagementAnswer.Ok(
        new UserListRecord { Users = users, NextAfter = next }, Wire.UserListRecord);
}
