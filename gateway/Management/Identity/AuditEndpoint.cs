using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management.Identity;

/// <summary><c>GET /api/v1/audit</c>.</summary>
internal sealed class AuditEndpoint(ManagementBorder border, IBrokerGrains grains)
{
    private static readonly WireJson Wire = WireJson.Readable;

    /// <summary>Handles the route.</summary>
    public Task HandleAsync(HttpContext context) => border.RunAsync(context, "GET", Permission.ReadAudit, ReadAsync, "domain_id", "project_id", "action", "before", "after", "limit");

    private async ValueTask<ManagementAnswer> ReadAsync(HttpContext context, Principal principal)
    {
        AdminCaller caller = IdentityRequest.CallerOf(context, principal);
        var query = new AuditQuery
        {
            DomainId = IdentityRequest.ReadText(context, "domain_id") ?? (caller.IsBrokerAdmin ? null : principal.DomainId),
            ProjectId = IdentityRequest.ReadText(context, "project_id") ?? caller.ProjectId,
            ActionPrefix = IdentityRequest.ReadText(context, "action"),
            Before = ManagementRequest.ReadNumber(context, "before", long.MaxValue),
            After = ManagementRequest.ReadNumber(context, "after", long.MaxValue),
            Limit = IdentityRequest.ReadLimit(context),
        };
        AuditPageView page = await grains.IdentityAdmin.ReadAuditAsync(caller, query);
        return ManagementAnswer.Ok(
            new AuditPageRecord { Events = [.. page.Events.Select(AuditMap.ToWire)], NextBefore = CommandIdText.Format(page.NextBefore) },
            Wire.AuditPageRecord);
    }
}
