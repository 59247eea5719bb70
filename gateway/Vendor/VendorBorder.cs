using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Vendor;

/// <summary>The outermost border of the vendor's routes: turns what was thrown into an answer.</summary>
internal sealed class VendorBorder(Admission admission, RequestGate gate, IOptions<GatewayOptions> options, ILogger<VendorBorder> log)
{
    private readonly int _retryAfterSeconds = options.Value.RetryAfterSeconds;

    /// <summary>Runs one rarely called route: admits, carries out, answers.</summary>
    public async Task RunAsync(
        HttpContext context, Permission needed, Func<HttpContext, Principal, ValueTask<VendorAnswer>> carryOut)
    {
        RequestStamp.Set(context);
        bool isEntered = gate.TryEnter();
        try
        {
            if (!isEntered)
            {
                await RefuseAsync(context, VendorErrors.Busy);
                return;
            }

            Admittance admittance = await admission.AdmitAsync(context, needed);
            VendorAnswer answer = admittance.Principal is { } principal
                ? await CarryOutAsync(context, principal, carryOut)
                : VendorErrors.Of(admittance.Refusal!);
            await (answer.Error is { } error ? RefuseAsync(context, error) : VendorResponse.WriteAsync(context, answer.Body));
        }
        catch (Exception failure)
        {
            await FailAsync(context, failure);
        }
        finally
        {
            gate.Leave(isEntered);
        }
    }

    private static async ValueTask<VendorAnswer> CarryOutAsync(HttpContext context, Principal principal, Func<HttpContext, Principal, ValueTask<VendorAnswer>> carryOut)
    {
        RequestOrigin.Tell(context, principal);
        return await carryOut(context, principal);
    }

    /// <summary>Answers 405 for a method that the route does not take.</summary>
    public Task RefuseMethodAsync(HttpContext context, string allow)
    {
        RequestStamp.Set(context);
        return RefuseAsync(context, VendorErrors.WrongMethod(allow)).AsTask();
    }

    /// <summary>Answers with an error.</summary>
    public ValueTask RefuseAsync(HttpContext context, VendorError error) => VendorResponse.WriteAsync(context, error, _retryAfterSeconds);

    /// <summary>Answers for an exception, or ends the connection when an answer has begun.</summary>
    public async ValueTask FailAsync(HttpContext context, Exception failure)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            log.RequestAborted(RequestStamp.Of(context));
            context.Abort();
            return;
        }

        await RefuseAsync(context, Translate(context, failure));
    }

    private VendorError Translate(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case BrokerException { Reason: not BrokerErrorReason.Internal } refused:
                if (refused.IsTransient || refused.Reason == BrokerErrorReason.Quarantined)
                {
                    log.RequestNotCarriedOut(failure, RequestStamp.Of(context), refused.Reason);
                }

                return VendorErrors.Of(refused);
            case BadHttpRequestException:
                return VendorErrors.CutBody;
            case Exception when GrainFailure.IsUnreachable(failure):
                log.RequestNotCarriedOut(failure, RequestStamp.Of(context), BrokerErrorReason.Unreachable);
                return VendorErrors.Unavailable;
            default:
                log.RequestFailed(failure, RequestStamp.Of(context));
                return VendorErrors.Internal;
        }
    }
}
