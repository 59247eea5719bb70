using System.Collections.Immutable;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace CommandBroker.Gateway.Management;

/// <summary>
/// <c>POST /api/v1/commands</c>: enqueues a stream of lines of any length, for many source servers. Answers come in the order of the lines
/// while the stream still flows, so the client must read while it sends. A broken line does not stop the others.
/// </summary>
internal sealed class BatchEndpoint(
    ManagementBorder border, SourceServerCache servers, IOptions<GatewayOptions> options, ILogger<BatchEndpoint> log)
{
    private static readonly BrokerException Internal = new(BrokerErrorReason.Internal, "The broker failed; its log has more.");
    private static readonly BrokerException Unknown = new(BrokerErrorReason.UnknownSourceServer, "No such source server is registered.");
    private readonly GatewayOptions _options = options.Value;

    /// <summary>Handles the route.</summary>
    public Task HandleAsync(HttpContext context) => border.RunWithBodyAsync(
        context, "POST", Permission.EnqueueCommand, StreamAsync, MediaTypes.NdJson);

    private async ValueTask<ManagementAnswer> StreamAsync(HttpContext context, Principal principal)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        context.Response.Headers.ContentType = MediaTypes.NdJson;
        var reader = new BatchReader(context.Request.BodyReader, _options.BatchWindowLines, _options.MaxBodyBytes);
        var window = new List<BatchLine>(_options.BatchWindowLines);
        var held = new HeldSourceServers();
        while (await reader.ReadWindowAsync(window, context.RequestAborted))
        {
            if (SignedCall.Of(context) is { } signed)
            {
                window.ForEach(line => line.SettleKey(signed));
            }

            await EnqueueAsync(window, held, RequestStamp.Of(context), principal);
            await WriteAsync(context, window);
        }

        return ManagementAnswer.Written;
    }

    // Lines of one source server go in one call and in their order; windows follow one another, so the order holds for the whole stream.
    private Task EnqueueAsync(List<BatchLine> window, HeldSourceServers held, string? requestId, Principal principal) => Parallel.ForEachAsync(
        window.Where(line => line.Call is not null).GroupBy(line => line.Id!.Value),
        new ParallelOptions { MaxDegreeOfParallelism = _options.BatchConcurrency },
        (lines, _) => EnqueueAsync(lines.Key, [.. lines], held, requestId, principal));

    private async ValueTask EnqueueAsync(ServerId id, BatchLine[] lines, HeldSourceServers held, string? requestId, Principal principal)
    {
        if (held.Find(id) is { } earlier)
        {
            Refuse(lines, earlier);
            return;
        }

        try
        {
            if (await servers.FindAsync(principal, id) is not { } server)
            {
                Refuse(lines, Unknown);
                return;
            }

            ImmutableArray<EnqueueReply> replies = await server.EnqueueAsync([.. lines.Select(line => line.Call!)], principal.Name);
            for (int index = 0; index < lines.Length; index++)
            {
                lines[index].Complete(replies[index]);
            }
        }
        catch (Exception failure)
        {
            // A border of its own: one source server's fault must not take the other lines' answers.
            BrokerException? refused = GrainFailure.Explain(failure);
            if (refused is null)
            {
                log.RequestFailed(failure, requestId);
            }
            else if (refused.Reason == BrokerErrorReason.UnknownSourceServer)
            {
                servers.Remove(principal, id);
            }

            held.Note(id, refused ?? Internal);
            Refuse(lines, refused ?? Internal);
        }
    }

    private static void Refuse(BatchLine[] lines, BrokerException refused)
    {
        foreach (BatchLine line in lines)
        {
            line.Refuse(refused);
        }
    }

    private static async ValueTask WriteAsync(HttpContext context, List<BatchLine> window)
    {
        foreach (BatchLine line in window)
        {
            using (var writer = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Encoder = WireJson.Readable.Options.Encoder }))
            {
                JsonSerializer.Serialize(writer, line.Answer!, WireJson.Readable.EnqueueLineAnswer);
            }

            Span<byte> end = context.Response.BodyWriter.GetSpan(1);
            end[0] = (byte)'\n';
            context.Response.BodyWriter.Advance(1);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
