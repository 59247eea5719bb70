using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CommandBroker.Identity.Tokens;

/// <summary>
/// Checks issued tokens with the public keys of one moment; other keys are another verifier. Safe to use by several threads. One check costs some
/// tens of microseconds: whoever sees the same token often should keep the answer until the token ends.
/// </summary>
public sealed class TokenVerifier : IDisposable
{
    private readonly FrozenDictionary<string, KeyPool> _keys;

    /// <param name="keys">The keys by name, each as SubjectPublicKeyInfo.</param>
    /// <exception cref="CryptographicException">One of them is no public key.</exception>
    public TokenVerifier(IEnumerable<KeyValuePair<string, byte[]>> keys) =>
        _keys = keys.ToFrozenDictionary(key => key.Key, key => new KeyPool(key.Value), StringComparer.Ordinal);

    /// <summary>The farthest from now that a token may say it was issued: the clocks of silos and gateways differ.</summary>
    public static TimeSpan MaxClockSkew { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Checks a token.</summary>
    /// <param name="text">What was given; any length, any characters.</param>
    /// <param name="now">The instant to judge it at.</param>
    /// <param name="payload">What it says, when its signature is right, in its time or not; otherwise null.</param>
    public TokenStatus Verify(ReadOnlySpan<char> text, DateTimeOffset now, out TokenPayload? payload)
    {
        Span<byte> signed = stackalloc byte[TokenText.SignedLength];
        Span<byte> signature = stackalloc byte[TokenText.SignatureByteCount];
        if (!TokenText.TryRead(text, out payload, signed, signature))
        {
            return TokenStatus.Malformed;
        }

        if (!_keys.TryGetValue(payload.KeyId, out KeyPool? key))
        {
            payload = null;
            return TokenStatus.UnknownKey;
        }

        if (!key.Verify(signed, signature))
        {
            payload = null;
            return TokenStatus.WrongSignature;
        }

        return now >= payload.ExpiresAt ? TokenStatus.Expired
            : payload.IssuedAt - now > MaxClockSkew ? TokenStatus.NotYetValid
            : TokenStatus.Valid;
    }

    /// <summary>Gives the keys back; a check that runs meanwhile still gets its answer.</summary>
    public void Dispose()
    {
        foreach (KeyPool key in _keys.Values)
        {
            key.Dispose();
        }
    }

    /// <summary>One key, as often as threads use it at one time: an <see cref="ECDsa"/> is for one.</summary>
    private sealed class KeyPool : IDisposable
    {
        private readonly byte[] _publicKey;
        private readonly ConcurrentBag<ECDsa> _idle = [];

        public KeyPool(byte[] publicKey)
        {
            _publicKey = publicKey;
            _idle.Add(Import());
        }

        public bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
        {
            ECDsa key = _idle.TryTake(out ECDsa? idle) ? idle : Import();
            bool isRight = key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            _idle.Add(key);
            return isRight;
        }

        public void Dispose()
        {
            while (_idle.TryTake(out ECDsa? key))
            {
                key.Dispose();
            }
        }

        [SuppressMessage("Reliability", "CA2000", Justification = "The pool disposes of it.")]
        private ECDsa Import()
        {
            ECDsa key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(_publicKey, out _);
            return key;
        }
    }
}
