using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Iam;

/// <summary>The outermost border of the IAM routes: answers in their shape, whatever happens.</summary>
internal sealed class IamBorder(Admission admission, RequestGate gate, IOptions<GatewayOptions> options, ILogger<IamBorder> log)
{
    /// <summary>The header of the token that a call is about.</summary>
    public const string SubjectHeader = "X-Subject-Token";

    private readonly int _retryAfterSeconds = options.Value.RetryAfterSeconds;

    /// <summary>Runs a route for whoever is known.</summary>
    public Task RunAsync(HttpContext context, Func<HttpContext, Principal, ValueTask<IamAnswer>> carryOut) => RunAsync(context, async http =>
    {
        Admittance admittance = await admission.AdmitAsync(http, Permission.None);
        if (admittance.Principal is { } principal)
        {
            RequestOrigin.Tell(http, principal);
            return await carryOut(http, principal);
        }

        return IamAnswer.Refuse(http, admittance.Refusal!);
    });

    /// <summary>Runs a route for everybody.</summary>
    public async Task RunAsync(HttpContext context, Func<HttpContext, ValueTask<IamAnswer>> carryOut)
    {
        RequestStamp.Set(context);
        IamAnswer answer;
        bool isEntered = gate.TryEnter();
        try
        {
            answer = isEntered ? await carryOut(context) : IamError.Busy;
        }
        catch (Exception failure)
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                log.RequestAborted(RequestStamp.Of(context));
                context.Abort();
                return;
            }

            answer = Explain(context, failure);
        }
        finally
        {
            gate.Leave(isEntered);
        }

        await WriteAsync(context, answer);
    }

    /// <summary>Answers 405.</summary>
    public Task RefuseMethodAsync(HttpContext context, string allow)
    {
        RequestStamp.Set(context);
        context.Response.Headers.Allow = allow;
        return WriteAsync(context, new IamError(StatusCodes.Status405MethodNotAllowed, $"This route takes {allow} only."));
    }

    private IamError Explain(HttpContext context, Exception failure)
    {
        BrokerException? refused = failure is BadHttpRequestException
            ? new BrokerException(BrokerErrorReason.InvalidArgument, "The body cannot be read to its end.", failure)
            : GrainFailure.Explain(failure);
        if (refused is null or { Reason: BrokerErrorReason.Internal })
        {
            log.RequestFailed(failure, RequestStamp.Of(context));
            return IamError.Internal;
        }

        if (refused.IsTransient)
        {
            log.RequestNotCarriedOut(failure, RequestStamp.Of(context), refused.Reason);
        }

        return IamError.Of(refused);
    }

    private async Task WriteAsync(HttpContext context, IamAnswer answer)
    {
        HttpResponse response = context.Response;
        if (answer.InFront is { } refused)
        {
            await VendorResponse.WriteAsync(context, refused, _retryAfterSeconds);
            return;
        }

        response.StatusCode = answer.Status;
        Challenge.Ensure(response);
        if (answer.Error is { IsTransient: true } transient)
        {
            RetryAfter.Set(response, transient.Wait, _retryAfterSeconds);
        }

        if (answer.SubjectToken is { } token)
        {
            response.Headers[SubjectHeader] = token;
        }

        if (answer.Status != StatusCodes.Status204NoContent)
        {
            await VendorResponse.WriteAsync(context, answer.Body);
        }
    }
}
