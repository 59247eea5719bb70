using CommandBroker.Client.Wire;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Management;

/// <summary>The management routes of one source server's commands and settings.</summary>
internal sealed class CommandEndpoints(ManagementBorder border, ManagementRequest request, EnqueueKey keys, IBrokerGrains grains)
{
    private static readonly WireJson Wire = WireJson.Readable;

    /// <summary><c>/api/v1/sources/{server_id}/commands</c>: enqueue, and list the open ones.</summary>
    public Task CollectionAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadCommands, ListAsync, "after", "limit"),
        "POST" => border.RunWithBodyAsync(context, "POST", Permission.EnqueueCommand, EnqueueAsync),
        _ => border.RefuseMethodAsync(context, "GET, POST").AsTask(),
    };

    /// <summary><c>…/commands/{command_id}</c>.</summary>
    public Task ShowAsync(HttpContext context) => border.RunAsync(context, "GET", Permission.ReadCommands, async (http, principal) =>
    {
        long seq = ManagementRequest.ReadSeq(context);
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        return await server.ShowAsync(seq) is { } command
            ? ManagementAnswer.Ok(command.ToWire(), Wire.CommandRecord)
            : ManagementAnswer.Refuse(BrokerErrorReason.UnknownCommand, $"There is no command {seq}, or retention has removed it.");
    });

    /// <summary><c>…/commands/{command_id}/cancel</c>.</summary>
    public Task CancelAsync(HttpContext context) => border.RunWithBodyAsync(context, "POST", Permission.CancelCommand, async (http, principal) =>
    {
        long seq = ManagementRequest.ReadSeq(context);
        CancelRequest body = await request.ReadBodyAsync(http, WireJson.Strict.CancelRequest, whenEmpty: new CancelRequest());
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        return ManagementAnswer.Ok((await server.CancelAsync(seq, principal.Name, body.Reason)).ToWire(), Wire.CommandRecord);
    });

    /// <summary><c>…/commands/{command_id}/redrive</c>.</summary>
    public Task RedriveAsync(HttpContext context) => border.RunAsync(context, "POST", Permission.RedriveCommand, async (http, principal) =>
    {
        long seq = ManagementRequest.ReadSeq(context);
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        return ManagementAnswer.Ok((await server.RedriveAsync(seq, principal.Name)).ToWire(), Wire.CommandRecord);
    });

    /// <summary><c>/api/v1/sources/{server_id}/history</c>.</summary>
    public Task HistoryAsync(HttpContext context) => border.RunAsync(context, "GET", Permission.ReadCommands, async (http, principal) =>
    {
        long? before = ManagementRequest.ReadNumber(context, "before", long.MaxValue);
        long limit = ManagementRequest.ReadNumber(context, "limit", HistoryPage.MaxLimit) ?? 100;
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        return ManagementAnswer.Ok((await server.ReadHistoryAsync(before, (int)limit)).ToWire(), Wire.HistoryRecord);
    }, "before", "limit");

    /// <summary><c>/api/v1/sources/{server_id}/settings</c>.</summary>
    public Task SettingsAsync(HttpContext context) => context.Request.Method switch
    {
        "GET" => border.RunAsync(context, "GET", Permission.ReadCommands, ReadSettingsAsync),
        "PUT" => border.RunWithBodyAsync(context, "PUT", Permission.ConfigureServer, ConfigureAsync),
        _ => border.RefuseMethodAsync(context, "GET, PUT").AsTask(),
    };

    private async ValueTask<ManagementAnswer> ListAsync(HttpContext context, Principal principal)
    {
        string? after = ManagementRequest.ReadText(context, "after");
        long limit = ManagementRequest.ReadNumber(context, "limit", QueueView.MaxLimit) ?? QueueView.MaxLimit;
        (ServerId id, _) = await request.FindServerAsync(context, principal);
        ISourceServerGrain queue = grains.SourceServer(new SourceServerKey(principal.ProjectId, id));
        return ManagementAnswer.Ok((await queue.ListAsync(after, (int)limit)).ToWire(), Wire.QueueRecord);
    }

    private async ValueTask<ManagementAnswer> EnqueueAsync(HttpContext context, Principal principal)
    {
        string? named = ManagementRequest.ReadKey(context);
        EnqueueBody body = await request.ReadBodyAsync(context, WireJson.Strict.EnqueueBody);
        EnqueueCall call = body.ToCallOfPath(named);
        (ServerId id, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        (string? key, Refusal? used) = await keys.SettleAsync(context, named);
        if (used is not null)
        {
            return ManagementAnswer.Refuse(used);
        }

        EnqueueReply reply = (await server.EnqueueAsync([call with { IdempotencyKey = key }], principal.Name))[0];
        if (reply.Error is { } reason)
        {
            return ManagementAnswer.Refuse(reason, reply.Message ?? WireName.Of(reason));
        }

        EnqueueAnswer answer = reply.ToWire(id.Value);
        return reply.WasThere
            ? ManagementAnswer.Ok(answer, Wire.EnqueueAnswer)
            : ManagementAnswer.Created(answer, Wire.EnqueueAnswer, $"/api/v1/sources/{id.Value}/commands/{answer.CommandId}");
    }

    private async ValueTask<ManagementAnswer> ReadSettingsAsync(HttpContext context, Principal principal)
    {
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        return ManagementAnswer.Ok((await server.ReadSettingsAsync()).ToWire(), Wire.SettingsRecord);
    }

    private async ValueTask<ManagementAnswer> ConfigureAsync(HttpContext context, Principal principal)
    {
        SourceServerSettings settings = (await request.ReadBodyAsync(context, WireJson.Strict.SettingsRecord)).ToSettings();
        (_, ISourceServerGrain server) = await request.FindServerAsync(context, principal);
        await server.ConfigureAsync(settings, principal.Name);
        return ManagementAnswer.Ok(settings.ToWire(), Wire.SettingsRecord);
    }
}
