using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Identity.Signatures;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>A right signature of a call that changes something.</summary>
/// <param name="Signature">Its 32 bytes.</param>
/// <param name="SignedAt">The request's date.</param>
internal sealed record SignatureUse(byte[] Signature, DateTimeOffset SignedAt)
{
    private const string Key = "Idempotency-Key";
    private const string CommandId = "X-Command-Id";

    /// <summary>Whether it covers the body; without that a repeat may have another one.</summary>
    public required bool IsBodySigned { get; init; }

    /// <summary>Whether it covers an <c>Idempotency-Key</c>.</summary>
    public required bool IsKeySigned { get; init; }

    /// <summary>Whether it covers an <c>X-Command-Id</c>.</summary>
    public required bool IsCommandIdSigned { get; init; }

    /// <summary>What decides the call's effect and is not signed, as a number: <c>Idempotency-Key</c> and <c>X-Command-Id</c>, unless it covers them.</summary>
    public required ulong Tag { get; init; }

    /// <summary>Takes it from what was verified.</summary>
    public static SignatureUse Of(HttpContext context, in AuthorizationHeader authorization, in SignatureOutcome outcome)
    {
        byte[] signature = new byte[AuthorizationHeader.SignatureLength / 2];
        authorization.CopySignatureTo(signature);
        IHeaderDictionary headers = context.Request.Headers;
        bool isKeySigned = authorization.Signs("idempotency-key");
        StringValues key = isKeySigned ? default : headers[Key];
        bool isCommandIdSigned = authorization.Signs("x-command-id");
        StringValues commandId = isCommandIdSigned ? default : headers[CommandId];
        return new SignatureUse(signature, outcome.SignedAt!.Value)
        {
            IsBodySigned = headers["X-Sdk-Content-Sha256"] != SignedBody.Unsigned,
            IsKeySigned = isKeySigned,
            IsCommandIdSigned = isCommandIdSigned,
            Tag = key.Count + commandId.Count == 0 ? 0 : Hash($"{key.Count}\n{key}\n{commandId.Count}\n{commandId}"),
        };
    }

    private static ulong Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash) & ~1ul;
    }
}
