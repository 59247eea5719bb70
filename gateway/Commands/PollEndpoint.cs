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
    VendorBorder border,
    Admission admission,
    RequestGate gate,
    SourceServerCache servers,
    LatePolls late,
    UnsentReleases releases,
    IOptions<GatewayOptions> options,
    TimeProvider clock,
    ILogger<PollEndpoint> log)
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
        if (context.Request.Method != HttpMethods.Get)
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

        var key = new SourceServerKey(principal.ProjectId, id);
        if (await AskAsync(context, server, key) is not { } reply)
        {
            // Nobody is there to be answered, and nothing was taken.
            context.Abort();
            return null;
        }

        switch (reply.Status)
        {
            case PollStatus.Delivered:
                await DeliverAsync(context, server, key, reply);
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

    /// <summary>Asks the queue, once what an earlier poll may have taken is given back. Null when the client has gone.</summary>
    private async ValueTask<PollReply?> AskAsync(HttpContext context, ISourceServerGrain server, SourceServerKey key)
    {
        if (late.Find(key) is { } settled)
        {
            await settled.WaitAsync(_callTimeout, clock, context.RequestAborted);
        }

        if (releases.CarryOut(key) is { } carriedOut)
        {
            await carriedOut.WaitAsync(_callTimeout, clock, context.RequestAborted);
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }

        long token = Random.Shared.NextInt64();
        PollToken.Tell(token);
        ValueTask<PollReply> polling = server.PollAsync();
        return polling.IsCompletedSuccessfully ? polling.Result : await WithinAsync(polling.AsTask(), token, context, server, key);
    }

    private async ValueTask<PollReply> WithinAsync(Task<PollReply> polling, long token, HttpContext context, ISourceServerGrain server, SourceServerKey key)
    {
        try
        {
            return await polling.WaitAsync(_callTimeout, clock, context.RequestAborted);
        }
        catch (Exception unanswered) when (unanswered is not BrokerException { MayHaveHandedOut: false })
        {
            // The agent is told to come again, or has gone; what the call has taken for it, or may still take, is the next poll's, or given back.
            late.Leave(key, server, polling, token);
            throw;
        }
    }

    private ValueTask SendIdleAsync(HttpContext context)
    {
        GatewayInstruments.PollsIdle.Add(1);
        return VendorResponse.WriteAsync(context, _idle);
    }

    private async ValueTask DeliverAsync(HttpContext context, ISourceServerGrain server, SourceServerKey key, PollReply reply)
    {
        bool mayHaveArrived = false;
        bool isSent = false;
        try
        {
            if (!context.RequestAborted.IsCancellationRequested)
            {
                using CommandBody body = CommandBody.Encode(reply.Name, reply.Param);
                Prepare(context, reply, body);
                mayHaveArrived = true;
                isSent = await SendAsync(context, body);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            log.RequestAborted(RequestStamp.Of(context));
        }
        finally
        {
            (isSent ? GatewayInstruments.PollsDelivered : GatewayInstruments.PollsUnsent).Add(1);
            if (!isSent)
            {
                await releases.ReleaseAsync(server, key, reply, mayHaveArrived);
            }
        }
    }

    private static void Prepare(HttpContext context, PollReply reply, CommandBody body)
    {
        VendorResponse.Prepare(context, body.Memory.Length);
        context.Response.Headers["X-Command-Id"] = reply.Seq.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Delivery-Count"] = reply.DeliveryCount.ToString(CultureInfo.InvariantCulture);
    }

    // The flush completes when the socket has taken the bytes (see GatewayKestrel), so what is true here really went out. When it is not, or
    // the write throws, nobody can say how much did: Kestrel hands header and body to the socket's own loop and does not tell what that took.
    private static async ValueTask<bool> SendAsync(HttpContext context, CommandBody body)
    {
        System.IO.Pipelines.FlushResult flushed = await context.Response.BodyWriter.WriteAsync(body.Memory, context.RequestAborted);
        return !flushed.IsCompleted && !flushed.IsCanceled && !context.RequestAborted.IsCancellationRequested;
    }
}
