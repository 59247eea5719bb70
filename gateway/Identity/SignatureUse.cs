using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>A right signature of a call that changes something: it is good for one call.</summary>
/// <param name="Signature">Its 32 bytes.</param>
/// <param name="SignedAt">The request's date.</param>
internal sealed record SignatureUse(byte[] Signature, DateTimeOffset SignedAt)
{
    /// <summary>Takes it from what was verified.</summary>
    public static SignatureUse Of(in AuthorizationHeader authorization, in SignatureOutcome outcome)
    {
        byte[] signature = new byte[AuthorizationHeader.SignatureLength / 2];
        authorization.CopySignatureTo(signature);
        return new SignatureUse(signature, outcome.SignedAt!.Value);
    }
}
