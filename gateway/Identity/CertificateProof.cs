using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CommandBroker.Gateway.Http;

namespace CommandBroker.Gateway.Identity;

/// <summary>Tells whose a client's certificate is, by <see cref="AdmissionOptions.ClientCertificates"/>. Asked only when there is neither a token nor a signature.</summary>
internal sealed class CertificateProof
{
    private const int ThumbprintLength = 64;
    private const int IdLength = 32;
    private static readonly Refusal Unmapped = new(AdmissionRule.CertificateUnmapped);
    private static readonly Refusal PrincipalUnknown = new(AdmissionRule.PrincipalUnknown);
    private static readonly Refusal OtherSite = new(AdmissionRule.SiteForeign);

    private readonly IdentityCache _cache;
    private readonly FrozenDictionary<string, string> _bySubject;
    private readonly FrozenDictionary<string, string> _byThumbprint;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">An entry is not <c>principal=subject or thumbprint</c>.</exception>
    public CertificateProof(IdentityCache cache, IOptions<AdmissionOptions> options)
    {
        _cache = cache;
        (_bySubject, _byThumbprint) = Read(options.Value.ClientCertificates);
    }

    /// <summary>Whether a request may be told by its certificate.</summary>
    public bool IsMeant(HttpContext context) => _bySubject.Count + _byThumbprint.Count > 0 && context.Connection.ClientCertificate is not null;

    /// <summary>Finds the principal of the connection's certificate, which the connection has found trustworthy.</summary>
    public ValueTask<Proof> ProveAsync(HttpContext context, DateTimeOffset now)
    {
        if (RequestSite.IsOther(context))
        {
            return new ValueTask<Proof>(OtherSite);
        }

        X509Certificate2 certificate = context.Connection.ClientCertificate!;
        if (!_byThumbprint.TryGetValue(certificate.GetCertHashString(HashAlgorithmName.SHA256), out string? principal)
            && !_bySubject.TryGetValue(certificate.Subject, out principal))
        {
            return new ValueTask<Proof>(Unmapped);
        }

        ValueTask<KnownPrincipal?> finding = IsId(principal)
            ? _cache.Principals.FindAsync(principal, now)
            : _cache.Names.FindAsync(PrincipalName.Parse(principal), now);
        return finding.IsCompletedSuccessfully ? new ValueTask<Proof>(ProofOf(finding.Result)) : FinishAsync(finding);
    }

    private static async ValueTask<Proof> FinishAsync(ValueTask<KnownPrincipal?> finding) => ProofOf(await finding);

    private static Proof ProofOf(KnownPrincipal? known) => known is null ? PrincipalUnknown : Proof.Of(known);

    private static bool IsId(string principal) => principal.Length == IdLength && principal.All(char.IsAsciiHexDigitLower);

    // Two subjects that differ in case are two: an authority may issue both.
    private static (FrozenDictionary<string, string> BySubject, FrozenDictionary<string, string> ByThumbprint) Read(string? text)
    {
        var bySubject = new Dictionary<string, string>(StringComparer.Ordinal);
        var byThumbprint = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string entry in (text ?? "").Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            string name = parts.Length == 2 ? parts[1].Replace(":", "", StringComparison.Ordinal) : "";
            bool isThumbprint = name.Length == ThumbprintLength && name.All(char.IsAsciiHexDigit);
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0
                || !(isThumbprint ? byThumbprint.TryAdd(name, parts[0]) : bySubject.TryAdd(parts[1], parts[0])))
            {
                throw new InvalidOperationException(
                    $"Identity:ClientCertificates has \"{entry}\"; entries are principal=subject or principal=SHA-256 thumbprint, the principal by its id or as domain/name, separated by semicolons, each certificate once.");
            }
        }

        return (bySubject.ToFrozenDictionary(StringComparer.Ordinal), byThumbprint.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }
}
