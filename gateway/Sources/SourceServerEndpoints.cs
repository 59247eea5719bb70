using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Sources;

/// <summary>The vendor's routes around source servers: register, list, show, change, delete, and version discovery.</summary>
internal sealed class SourceServerEndpoints(
    VendorBorder border, IBrokerGrains grains, SourceServerCache servers, IOptions<GatewayOptions> options)
{
    private static readonly byte[] Versions =
        """{"versions":[{"id":"v3","links":[{"rel":"self","href":"/v3"}],"status":"CURRENT","updated":"2020-01-01T00:00:00Z"}]}"""u8.ToArray();

    // The SDKs' model has the members at the top; other tools look for them in "version".
    private static readonly byte[] Version =
        """{"id":"v3","links":[{"rel":"self","href":"/v3"}],"status":"CURRENT","updated":"2020-01-01T00:00:00Z","version":{"id":"v3","links":[{"rel":"self","href":"/v3"}],"status":"CURRENT","updated":"2020-01-01T00:00:00Z"}}"""u8.ToArray();

    private const int MaxNamesLength = 400;

    private readonly int _maxBodyBytes = options.Value.MaxBodyBytes;

    /// <summary><c>GET /</c>; needs no token.</summary>
    public Task VersionsAsync(HttpContext context) => DiscoverAsync(context, Versions);

    /// <summary><c>GET /v3</c>; needs no token.</summary>
    public Task VersionAsync(HttpContext context) => DiscoverAsync(context, Version);

    /// <summary><c>/v3/sources</c>.</summary>
    public Task CollectionAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, Permission.ListServers, ListAsync),
        "POST" => border.RunAsync(context, Permission.RegisterServer, RegisterAsync),
        _ => border.RefuseMethodAsync(context, "GET, POST"),
    };

    /// <summary><c>/v3/sources/{server_id}</c>.</summary>
    public Task MemberAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, Permission.QueryServer, ShowAsync),
        "PUT" => border.RunAsync(context, Permission.UpdateServer, ChangeAsync),
        "DELETE" => border.RunAsync(context, Permission.DeleteServer, DeleteAsync),
        _ => border.RefuseMethodAsync(context, "GET, PUT, DELETE"),
    };

    /// <summary><c>/v3/sources/overview</c>.</summary>
    public Task OverviewAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, Permission.ListServers, CountAsync),
        _ => border.RefuseMethodAsync(context, "GET"),
    };

    /// <summary><c>/v3/sources/delete</c>.</summary>
    public Task BatchDeleteAsync(HttpContext context) => context.Request.Method switch
    {
        "POST" => border.RunAsync(context, Permission.DeleteServer, DeleteManyAsync),
        _ => border.RefuseMethodAsync(context, "POST"),
    };

    private Task DiscoverAsync(HttpContext context, byte[] body)
    {
        if (context.Request.Method != HttpMethods.Get)
        {
            return border.RefuseMethodAsync(context, "GET");
        }

        RequestStamp.Set(context);
        return VendorResponse.WriteAsync(context, body).AsTask();
    }

    private async ValueTask<VendorAnswer> ListAsync(HttpContext context, Principal principal)
    {
        if (SourceServerQueryText.Read(context.Request.Query, out SourceServerQuery query, out bool isNone) is { } fault)
        {
            return VendorErrors.Invalid(fault);
        }

        SourceServerListView page = isNone ? SourceServerQueryText.None
            : principal.ServerId is { } only ? await ListOneAsync(query, principal, only)
            : await grains.Directory.ListAsync(query with { ProjectId = principal.ProjectId.Value });
        return Ok(
            new SourceServerListRecord
            {
                Count = page.TotalCount,
                SourceServers = [.. page.Servers.Select(server => server.ToWire(withReason: true))],
            },
            WireJson.Readable.SourceServerListRecord);
    }

    private async ValueTask<VendorAnswer> CountAsync(HttpContext context, Principal principal)
    {
        if (principal.ServerId is { } only)
        {
            SourceServerListView one = await ListOneAsync(new SourceServerQuery { Limit = 1 }, principal, only);
            int quarantined = one.Servers.Count(server => server.QuarantineReason is not null);
            return VendorAnswer.Ok(SourceServerStates.Overview(one.TotalCount - quarantined, quarantined));
        }

        var query = new SourceServerQuery { ProjectId = principal.ProjectId.Value, Limit = 1 };
        SourceServerListView waiting = await grains.Directory.ListAsync(query with { Quarantined = false });
        SourceServerListView error = await grains.Directory.ListAsync(query with { Quarantined = true });
        return VendorAnswer.Ok(SourceServerStates.Overview(waiting.TotalCount, error.TotalCount));
    }

    // What a bound caller sees is one at most, whatever it asks for.
    private async ValueTask<SourceServerListView> ListOneAsync(SourceServerQuery query, Principal principal, string only)
    {
        if (query.ServerId is not null && query.ServerId != only)
        {
            return SourceServerQueryText.None;
        }

        return await grains.Directory.ListAsync(query with { ProjectId = principal.ProjectId.Value, ServerId = only });
    }

    private async ValueTask<VendorAnswer> RegisterAsync(HttpContext context, Principal principal)
    {
        (VendorError? error, RegisterCall? call) = await VendorBody.ReadAsync(context, _maxBodyBytes, RegisterBody.Read);
        if (call is null)
        {
            return error!;
        }

        // Whoever is bound registers that one; who names none means it.
        string? serverId = call.ServerId ?? principal.ServerId;
        if (principal.ServerId is { } only && serverId != only)
        {
            return VendorErrors.UnknownSourceServer;
        }

        call = call with { ServerId = serverId, ProjectId = principal.ProjectId.Value, Actor = principal.Name };
        return Ok(new RegisterAnswer { Id = await grains.Directory.RegisterAsync(call) }, WireJson.Readable.RegisterAnswer);
    }

    private async ValueTask<VendorAnswer> ShowAsync(HttpContext context, Principal principal)
    {
        if (ReadId(context, principal, out ServerId id) is { } error)
        {
            return error;
        }

        return await grains.Directory.ShowAsync(KeyOf(principal, id)) is { } server
            ? Ok(server.ToWire(withReason: principal.Has(Permission.ReadCommands)), WireJson.Readable.SourceServerRecord)
            : VendorErrors.UnknownSourceServer;
    }

    private async ValueTask<VendorAnswer> ChangeAsync(HttpContext context, Principal principal)
    {
        if (ReadId(context, principal, out ServerId id) is { } error)
        {
            return error;
        }

        (error, SourceServerChange? change) = await VendorBody.ReadAsync<SourceServerChange>(context, _maxBodyBytes, UpdateBody.Read);
        if (change is null)
        {
            return error!;
        }

        string key = KeyOf(principal, id);
        switch (change)
        {
            case { Members: not null }:
                await grains.Directory.ChangeAsync(key, change, principal.Name);
                break;
            case { Name: { } name }:
                await grains.Directory.RenameAsync(key, name, principal.Name);
                break;
            default:
                return await grains.Directory.ExistsAsync(key) ? VendorAnswer.Done : VendorErrors.UnknownSourceServer;
        }

        return VendorAnswer.Done;
    }

    private async ValueTask<VendorAnswer> DeleteAsync(HttpContext context, Principal principal) =>
        ReadId(context, principal, out ServerId id) is { } error ? error
        : await DeleteOneAsync(principal, id) ? VendorAnswer.Done
        : VendorErrors.UnknownSourceServer;

    // Those that are gone already do not count as a fault, so a batch of which some were refused can be sent again.
    private async ValueTask<VendorAnswer> DeleteManyAsync(HttpContext context, Principal principal)
    {
        (VendorError? error, ServerId[]? ids) = await VendorBody.ReadAsync<ServerId[]>(context, _maxBodyBytes, DeleteBody.Read);
        if (ids is null)
        {
            return error!;
        }

        var refused = new List<string>();
        var failed = new List<string>();
        foreach (ServerId id in ids)
        {
            try
            {
                await DeleteOneAsync(principal, id);
            }
            catch (BrokerException outstanding) when (outstanding.Reason == BrokerErrorReason.CommandsOutstanding)
            {
                refused.Add(id.Value);
            }
            catch (BrokerException unreadable) when (unreadable.Reason == BrokerErrorReason.Quarantined)
            {
                failed.Add(id.Value);
            }
        }

        return refused.Count + failed.Count == 0
            ? VendorAnswer.Done
            : VendorErrors.Outstanding(
                $"{refused.Count + failed.Count} of {ids.Length} source servers stay, the others are deleted."
                + (refused.Count == 0 ? "" : $" With open commands: {Names(refused)}.")
                + (failed.Count == 0 ? "" : $" Quarantined: {Names(failed)}."));
    }

    // The vendor's error_msg has room for 1,024 characters: names are left out, and counted, rather than cut.
    private static string Names(List<string> ids)
    {
        int length = 0;
        List<string> named = [.. ids.TakeWhile(id => (length += id.Length + 2) <= MaxNamesLength)];
        return named.Count == ids.Count ? string.Join(", ", named) : $"{string.Join(", ", named)} and {ids.Count - named.Count} more";
    }

    private async ValueTask<bool> DeleteOneAsync(Principal principal, ServerId id)
    {
        if (!principal.MaySee(id))
        {
            return false;
        }

        if (await servers.FindAsync(principal, id) is not { } server)
        {
            // To a repeated call this acknowledges the first one.
            await grains.Directory.VouchAbsenceAsync(new SourceServerKey(principal.ProjectId, id).Text);
            return false;
        }

        try
        {
            await server.DeleteAsync(principal.Name);
            return true;
        }
        catch (BrokerException gone) when (gone.Reason == BrokerErrorReason.UnknownSourceServer)
        {
            return false;
        }
        finally
        {
            servers.Remove(principal, id);
        }
    }

    private static string KeyOf(Principal principal, ServerId id) => new SourceServerKey(principal.ProjectId, id).Text;

    private static VendorError? ReadId(HttpContext context, Principal principal, out ServerId id)
    {
        string? text = context.Request.RouteValues["server_id"] as string;
        return !ServerId.TryParse(text, out id) ? VendorErrors.Invalid(ServerId.Describe(text))
            : principal.MaySee(id) ? null
            : VendorErrors.UnknownSourceServer;
    }

    private static VendorAnswer Ok<T>(T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        VendorAnswer.Ok(JsonSerializer.SerializeToUtf8Bytes(body, type));
}
