using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Tests;

/// <summary>
/// What every route asks of its caller. A route of the gateway that has no row here, or a row without a route, fails <see cref="IsolationTests"/>:
/// whoever adds a route says here who may call it.
/// </summary>
internal static class IsolationMatrix
{
    /// <summary>Stands in a path and a body for the source server that a call is about.</summary>
    public const string Server = "{server_id}";

    /// <param name="Pattern">The route.</param>
    /// <param name="Method">The method.</param>
    /// <param name="Needed">The one permission; None lets in whoever is known, null everybody.</param>
    /// <param name="Body">What to send; null for nothing.</param>
    /// <param name="Reach">What the source server has to do with it.</param>
    internal sealed record Row(string Pattern, string Method, Permission? Needed, Reach Reach = Reach.None, string? Body = null);

    internal enum Reach
    {
        /// <summary>It is about no source server.</summary>
        None,

        /// <summary>It is about the one in the path: foreign and unknown are 404, the same body, nothing woken.</summary>
        Path,

        /// <summary>It names some in its body: those that the caller does not see are passed over or refused one by one.</summary>
        Body,

        /// <summary>It names the one that it makes: in the caller's project there may be any, whatever others have.</summary>
        Claim,
    }

    private const string ReportBody = """{"command_name":"START","result":"success","result_detail":""}""";

    public static readonly Row[] Rows =
    [
        new("/", "GET", null),
        new("/v3", "GET", null),
        new("/livez", "GET", null),
        new("/livez", "HEAD", null),
        new("/readyz", "GET", null),
        new("/readyz", "HEAD", null),
        new("/v3/sources/{server_id}/command", "GET", Permission.GetCommand, Reach.Path),
        new("/v1/sms/sources/{server_id}/command", "GET", Permission.GetCommand, Reach.Path),
        new("/v3/sources/{server_id}/command_result", "POST", Permission.UpdateCommandResult, Reach.Path, ReportBody),
        new("/v1/sms/sources/{server_id}/command_result", "POST", Permission.UpdateCommandResult, Reach.Path, ReportBody),
        new("/v3/sources", "GET", Permission.ListServers),
        new("/v3/sources", "POST", Permission.RegisterServer, Reach.Claim, """{"id":"{server_id}","name":"n","os_type":"LINUX"}"""),
        new("/v3/sources/delete", "POST", Permission.DeleteServer, Reach.Body, """{"ids":["{server_id}"]}"""),
        new("/v3/sources/overview", "GET", Permission.ListServers),
        new("/v3/sources/{server_id}", "GET", Permission.QueryServer, Reach.Path),
        new("/v3/sources/{server_id}", "PUT", Permission.UpdateServer, Reach.Path, """{"name":"n"}"""),
        new("/v3/sources/{server_id}", "DELETE", Permission.DeleteServer, Reach.Path),
        new("/api/v1/sources/{server_id}/commands", "GET", Permission.ReadCommands, Reach.Path),
        new("/api/v1/sources/{server_id}/commands", "POST", Permission.EnqueueCommand, Reach.Path, """{"command_name":"START"}"""),
        new("/api/v1/sources/{server_id}/commands/{command_id}", "GET", Permission.ReadCommands, Reach.Path),
        new("/api/v1/sources/{server_id}/commands/{command_id}/cancel", "POST", Permission.CancelCommand, Reach.Path),
        new("/api/v1/sources/{server_id}/commands/{command_id}/redrive", "POST", Permission.RedriveCommand, Reach.Path),
        new("/api/v1/sources/{server_id}/history", "GET", Permission.ReadCommands, Reach.Path),
        new("/api/v1/sources/{server_id}/settings", "GET", Permission.ReadCommands, Reach.Path),
        new("/api/v1/sources/{server_id}/settings", "PUT", Permission.ConfigureServer, Reach.Path, "{}"),
        new("/api/v1/commands", "POST", Permission.EnqueueCommand, Reach.Body, """{"server_id":"{server_id}","command_name":"START"}"""),
        new("/v3/auth/tokens", "POST", null),
        new("/v3/auth/tokens", "GET", Permission.None),
        new("/v3/auth/tokens", "HEAD", Permission.None),
        new("/v3/auth/tokens", "DELETE", Permission.None),
        new("/v3/auth/domains", "GET", Permission.None),
        new("/v3/projects", "GET", Permission.None),
        new("/api/v1/domains", "GET", Permission.ReadIdentity),
        new("/api/v1/domains", "POST", Permission.ManageIdentity),
        new("/api/v1/domains/{id}", "GET", Permission.ReadIdentity),
        new("/api/v1/domains/{id}", "PATCH", Permission.ManageIdentity),
        new("/api/v1/projects", "GET", Permission.ReadIdentity),
        new("/api/v1/projects", "POST", Permission.ManageIdentity),
        new("/api/v1/projects/{id}", "GET", Permission.ReadIdentity),
        new("/api/v1/projects/{id}", "PATCH", Permission.ManageIdentity),
        new("/api/v1/users", "GET", Permission.ReadIdentity),
        new("/api/v1/users", "POST", Permission.ManageIdentity),
        new("/api/v1/users/{id}", "GET", Permission.ReadIdentity),
        new("/api/v1/users/{id}", "PATCH", Permission.ManageIdentity),
        new("/api/v1/users/{id}", "DELETE", Permission.ManageIdentity),
        new("/api/v1/keys", "GET", Permission.ReadIdentity),
        new("/api/v1/keys", "POST", Permission.ManageIdentity),
        new("/api/v1/keys/{access_key}", "GET", Permission.ReadIdentity),
        new("/api/v1/keys/{access_key}", "PATCH", Permission.ManageIdentity),
        new("/api/v1/keys/{access_key}", "DELETE", Permission.ManageIdentity),
        new("/api/v1/keys/{access_key}/rotate", "POST", Permission.ManageIdentity),
        new("/api/v1/sources/{server_id}/agent-key", "POST", Permission.ManageIdentity),
        new("/api/v1/audit", "GET", Permission.ReadAudit),
        new("/api/v1/identity/rotate-token-key", "POST", Permission.ManageIdentity),
        new("/api/v1/identity/reencrypt", "POST", Permission.ManageIdentity),
        new("/api/v1/identity/reencrypt", "GET", Permission.ReadIdentity),
    ];
}
