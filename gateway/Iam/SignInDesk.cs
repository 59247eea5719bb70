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
    SignInThrottle throttle, IBrokerGrains grains, AuditQueue audit, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<SignInDesk> log)
{
    private static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(1);

    private readonly int _maxBodyBytes = Math.Min(options.Value.MaxBodyBytes, 16_384);

    /// <summary><c>POST /v3/auth/tokens</c>.</summary>
    public async ValueTask<IamAnswer> SignInAsync(HttpContext context)
    {
        (IamError? error, SignInCall? call) = await ReadAsync(context);
        if (call is null)
        {
            return error!;
        }

        UInt128 user = Identify(call);
        ClientAddress address = ClientAddress.From(context.Connection.RemoteIpAddress);
        if (!throttle.TryBegin(user, address, clock.GetUtcNow(), out TimeSpan wait))
        {
            log.SignInThrottled(RequestStamp.Of(context), call.RemoteAddress, wait);
            audit.Note("signin.throttled", call.RemoteAddress, RequestStamp.Of(context));
            return IamError.Throttled(wait);
        }

        SignInStatus? status = null;
        try
        {
            SignInReply reply = await grains.Identity.SignInAsync(call);
            status = reply.Status;
            return Answer(reply);
        }
        finally
        {
            Note(status, user, address);
        }
    }

    private async ValueTask<(IamError? Error, SignInCall? Call)> ReadAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, _maxBodyBytes);
        if (body.Status != RequestBodyStatus.Whole)
        {
            return (IamError.Invalid($"The body must be whole, and {_maxBodyBytes} bytes at most."), null);
        }

        (string? fault, SignInCall? call) = SignInBody.Read(body.Memory, context.Connection.RemoteIpAddress?.ToString() ?? "");
        return (fault is null ? null : IamError.Invalid(fault), call);
    }

    private void Note(SignInStatus? status, UInt128 user, ClientAddress address)
    {
        switch (status)
        {
            case SignInStatus.SignedIn or SignInStatus.ScopeRefused:
                throttle.Succeed(user, address);
                break;
            case SignInStatus.Busy or null:
                throttle.Withdraw(user, address);
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

    // A hash, so that an entry has one size whatever is sent, and no name lies in memory that may be a password in the wrong field.
    private static UInt128 Identify(SignInCall call)
    {
        string text = call.UserId is { } id ? $"id\n{id}" : $"name\n{call.DomainId}\n{call.DomainName}\n{call.UserName}".ToUpperInvariant();
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
