using CommandBroker.Gateway.Identity;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Iam;

/// <summary>What an IAM route answers: a body, nothing, or an error.</summary>
internal readonly record struct IamAnswer(int Status, byte[] Body, IamError? Error)
{
    /// <summary>The token that was issued; goes into <c>X-Subject-Token</c>.</summary>
    public string? SubjectToken { get; init; }

    /// <summary>The error of the gateway that the vendor has in front of its IAM, and that checks signatures there; null when the IAM itself answers.</summary>
    public VendorError? InFront { get; init; }

    /// <summary>A caller who is not admitted: in the shape of the gateway in front when it signs, as SDKs do, and in the IAM's when it has a token.</summary>
    public static IamAnswer Refuse(HttpContext context, Refusal refusal) => SignatureProof.IsMeant(context.Request.Headers.Authorization)
        ? new IamAnswer(refusal.Code, [], null) { InFront = VendorErrors.Of(refusal) }
        : IamError.Of(refusal);

    /// <summary>204.</summary>
    public static IamAnswer Done { get; } = new(StatusCodes.Status204NoContent, [], null);

    /// <summary>200 with a body.</summary>
    public static IamAnswer Ok(byte[] body) => new(StatusCodes.Status200OK, body, null);

    /// <summary>An error.</summary>
    public static implicit operator IamAnswer(IamError error) => new(error.Code, error.Encode(), error);
}
