using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Iam;

/// <summary>Takes sign-ins: reads, slows down who guesses, lets a silo check, answers without telling whether the user exists.</summary>
internal sealed class SignInDesk(
    SignInThrottle throttle, UnprovenBodies bodies, IdentityCache cache, IBrokerGrains grains, AuditQueue audit, IOptions<GatewayOptions> options,
    TimeProvider clock, ILogger<SignInDesk> log)
{
    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(1);

    private readonly int _maxBodyBytes = Math.Min(options.Value.MaxBodyBytes, 16_384);
    private readonly TimeSpan _bodyTimeout = options.Value.UnprovenBodyTimeout;

    /// <summary><c>POST /v3/auth/tokens</c>.</summary>
    public async ValueTask<IamAnswer> SignInAsync(HttpContext context)
    {
        (IamError? error, SignInCall? call) = await ReadAsync(context);
        if (call is null)
        {
            return error!;
        }

        ClientAddress address = ClientAddress.From(context.Connection.RemoteIpAddress);
        if (!throttle.TryBegin(Identify(call), address, clock.GetUtcNow(), out SignInAttempt? attempt, out TimeSpan wait))
        {
            return Throttle(context, call, wait);
        }

        SignInStatus? status = null;
        try
        {
            if (!attempt.IsKnown && !throttle.TryCount(attempt, await FindUserAsync(call), clock.GetUtcNow(), out wait))
            {
                // It has cost a question: whoever goes on about a user who has to wait is slowed down as one who guesses.
                status = SignInStatus.Refused;
                return Throttle(context, call, wait);
            }

            SignInReply reply = await grains.Identity.SignInAsync(call);
            status = reply.Status;
            return Answer(reply);
        }
        finally
        {
            Note(status, attempt);
        }
    }

    private IamError Throttle(HttpContext context, SignInCall call, TimeSpan wait)
    {
        log.SignInThrottled(RequestStamp.Of(context), call.RemoteAddress, wait);
        audit.Note("signin.throttled", call.RemoteAddress, RequestStamp.Of(context));
        return IamError.Throttled(wait);
    }

    // One count, whichever of the three spellings names the user. Asked of a silo each time, so that the answer takes as long for a user who does not
    // exist; in turn with all who have proven nothing, so that a flood of sign-ins does not take the silos' connections to the database.
    private async ValueTask<UInt128> FindUserAsync(SignInCall call) =>
        Hash(await cache.AskInTurnAsync(() => grains.UserNames.SettleAsync(call.UserId, call.DomainId, call.DomainName, call.UserName)));

    private async ValueTask<(IamError? Error, SignInCall? Call)> ReadAsync(HttpContext context)
    {
        (RequestBodyStatus status, _) = await bodies.HashAsync(context, _maxBodyBytes);
        if (status != RequestBodyStatus.Whole)
        {
            // Not read further, which would wait without a deadline.
            return (Refuse(status), null);
        }

        using RequestBody body = await RequestBody.ReadAsync(context, _maxBodyBytes);
        (string? fault, SignInCall? call) = SignInBody.Read(body.Memory, context.Connection.RemoteIpAddress?.ToString() ?? "");
        return fault is null ? (null, call! with { RequestId = RequestStamp.Of(context) }) : (IamError.Invalid(fault), null);
    }

    private IamError Refuse(RequestBodyStatus status) => status switch
    {
        RequestBodyStatus.Late => new IamError(StatusCodes.Status408RequestTimeout, SignatureRefusal.LateSentence(_bodyTimeout)),
        RequestBodyStatus.Crowded => IamError.Crowded,
        _ => IamError.Invalid($"The body must be whole, and {_maxBodyBytes} bytes at most."),
    };

    private void Note(SignInStatus? status, SignInAttempt attempt)
    {
        switch (status)
        {
            case SignInStatus.SignedIn or SignInStatus.ScopeRefused:
                throttle.Succeed(attempt);
                break;
            case SignInStatus.Busy or null:
                throttle.Withdraw(attempt);
                break;
        }
    }

    private static IamAnswer Answer(SignInReply reply) => reply.Status switch
    {
        SignInStatus.SignedIn => new IamAnswer(StatusCodes.Status201Created, TokenBody.Write(
            reply.Token!.Principal, reply.Token.IssuedAt, reply.Token.ExpiresAt, reply.Token.IsDomainScoped), null) { SubjectToken = reply.Token.Text },
        SignInStatus.Refused => IamError.SignInRefused,
        SignInStatus.ScopeRefused => IamError.ScopeRefused,
        SignInStatus.Busy => IamError.Throttled(BusyWait) with { Message = "More passwords are being checked than there is room for; try again." },
        _ => throw new InvalidOperationException($"Sign-in status {reply.Status} has no answer."),
    };

    private static UInt128 Identify(SignInCall call) =>
        Hash(call.UserId is { } id ? $"id\n{id}" : $"name\n{call.DomainId}\n{call.DomainName}\n{call.UserName}".ToUpperInvariant());

    // So that an entry has one size whatever is sent, and no name lies in memory that may be a password in the wrong field.
    private static UInt128 Hash(string text) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
