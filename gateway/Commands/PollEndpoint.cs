// A hot path: agents poll all the time and mostly find nothing. Bytes lie ready, the reference is cached, nothing is bound or serialised;
// bench/ guards it. Clarity gives way to speed here and in ReportEndpoint only.
using System.Diagnostics;
using System.Globalization;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Commands;

/// <summary><c>GET …/sources/{server_id}/command</c>: hands out the next command. A body on the GET is ignored: one SDK sends <c>{}</c>.</summary>
internal sealed class PollEndpoint(
    VendorBorder border, Admission admission, RequestGate gate, SourceServerCache servers, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<PollEndpoint> log)
{
    private readonly TimeSpan _callTimeout = options.Value.CallTimeout;
    private readonly byte[] _idle = CommandBody.Encode(options.Value.IdleCommandName, "{}").ToArray();
    private readonly string _retryAfter = options.Value.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Handles the route, whatever the method: only GET takes a command.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        RequestStamp.Set(context);
        bool isEntered = gate.TryEnter();
        try
        {
            VendorError? error = isEntered ? await AnswerAsync(context) : VendorErrors.Busy;
            if (error is not null)
            {
                GatewayInstruments.PollsRefused.Add(1);
                await border.RefuseAsync(context, error);
            }
        }
        catch (Exception failure)
        {
            GatewayInstruments.PollsRefused.Add(1);
            await border.FailAsync(context, failure);
        }
        finally
        {
            gate.Leave(isEntered);
        }
    }

    private async ValueTask<VendorError?> AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            return VendorErrors.WrongMethod("GET");
        }

        Admittance admittance = await admission.AdmitAsync(context, Permission.GetCommand);
        if (admittance.Principal is not { } principal)
        {
            return VendorErrors.Of(admittance.Refusal!);
        }

        string? text = context.Request.RouteValues["server_id"] as string;
        if (!ServerId.TryParse(text, out ServerId id))
        {
            return VendorErrors.Invalid(ServerId.Describe(text));
        }

        if (servers.IsIdle(principal, id))
        {
            await SendIdleAsync(context);
            return null;
        }

        using Activity? activity = GatewayInstruments.Activities.StartActivity("poll");
        if (!servers.TryGet(principal, id, out ISourceServerGrain? server)
            && (server = await servers.FindAsync(principal, id)) is null)
        {
            return VendorErrors.UnknownSourceServer;
        }

        ValueTask<PollReply> polling = server.PollAsync();
        PollReply reply = polling.IsCompletedSuccessfully
            ? polling.Result
            : await WithinAsync(polling.AsTask(), server, new SourceServerKey(principal.ProjectId, id));
        switch (reply.Status)
        {
            case PollStatus.Delivered:
                await DeliverAsync(context, server, new SourceServerKey(principal.ProjectId, id), reply);
                return null;
            case PollStatus.UnknownSourceServer:
                servers.Remove(principal, id);
                return VendorErrors.UnknownSourceServer;
            case PollStatus.TooManyOutstanding:
                context.Response.Headers.RetryAfter = _retryAfter;
                break;
        }

        await SendIdleAsync(context);
        return null;
    }

    private async ValueTask<PollReply> WithinAsync(Task<PollReply> polling, ISourceServerGrain server, SourceServerKey key)
    {
        try
        {
            return await polling.WaitAsync(_callTimeout, clock);
        }
        catch (TimeoutException) when (!polling.IsCompleted)
        {
            // The agent is told to come again; what the call may still take for it is given back.
            _ = ReleaseLateAsync(polling, server, key);
            throw;
        }
    }

    private async Task ReleaseLateAsync(Task<PollReply> polling, ISourceServerGrain server, SourceServerKey key)
    {
        PollReply late;
        try
        {
            late = await polling;
        }
        catch (Exception failure)
        {
            // The outermost border of a call that nobody waits for; its agent was answered, and a lease that it left runs out by itself.
            log.LatePollFailed(failure, key);
            return;
        }

        if (late is { Status: PollStatus.Delivered, IsRepeat: false })
        {
            GatewayInstruments.PollsUnsent.Add(1);
            await ReleaseAsync(server, key, late);
        }
    }

    private ValueTask SendIdleAsync(HttpContext context)
    {
        GatewayInstruments.PollsIdle.Add(1);
        return VendorResponse.WriteAsync(context, _idle);
    }

    private async ValueTask DeliverAsync(HttpContext context, ISourceServerGrain server, SourceServerKey key, PollReply reply)
    {
        bool isSent = false;
        try
        {
            isSent = !context.RequestAborted.IsCancellationRequested && await SendAsync(context, reply);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            log.RequestAborted(RequestStamp.Of(context));
        }
        finally
        {
            (isSent ? GatewayInstruments.PollsDelivered : GatewayInstruments.PollsUnsent).Add(1);
            // A repeat under a lease that runs was not counted: there is nothing to take back.
            if (!isSent && !reply.IsRepeat)
            {
                await ReleaseAsync(server, key, reply);
            }
        }
    }

    // The flush completes when the socket has taken the bytes (see GatewayKestrel), so what is true here really went out.
    private static async ValueTask<bool> SendAsync(HttpContext context, PollReply reply)
    {
        using CommandBody body = CommandBody.Encode(reply.Name, reply.Param);
        VendorResponse.Prepare(context, body.Memory.Length);
        context.Response.Headers["X-Command-Id"] = reply.Seq.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Delivery-Count"] = reply.DeliveryCount.ToString(CultureInfo.InvariantCulture);
        System.IO.Pipelines.FlushResult flushed = await context.Response.BodyWriter.WriteAsync(body.Memory, context.RequestAborted);
        return !flushed.IsCompleted && !flushed.IsCanceled && !context.RequestAborted.IsCancellationRequested;
    }

    private async ValueTask ReleaseAsync(ISourceServerGrain server, SourceServerKey key, PollReply reply)
    {
        try
        {
            await server.ReleaseAsync(reply.Seq, reply.DeliveryCount);
            log.DeliveryReleased(key, reply.Seq, reply.DeliveryCount);
        }
        catch (Exception failure) when (failure is BrokerException || GrainFailure.IsUnreachable(failure))
        {
            log.DeliveryNotReleased(failure, key, reply.Seq);
        }
    }
}
