// A hot path: a token that was seen before is answered from memory without waiting; everything else may take its time.
using System.Collections.Concurrent;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>
/// What an external IAM said of tokens, by their hashes, and when it has to be asked again. Of several who send the same token at one time one
/// asks. Only so many ask at one time, so that made-up tokens wear out neither this memory nor the IAM.
/// </summary>
internal sealed class ExternalTokens : IDisposable
{
    /// <summary>How long a token that counts on without the IAM does so before the IAM is asked again: a poll must not wait for each attempt.</summary>
    private static readonly TimeSpan StaleInterval = TimeSpan.FromSeconds(5);

    private static readonly Refusal Unavailable = new(AdmissionRule.IamUnavailable);
    private static readonly Refusal Expired = new(AdmissionRule.TokenExpired);
    private static readonly Refusal NoTenant = new(AdmissionRule.TenantMissing);
    private static readonly Refusal Unknown = new(AdmissionRule.TokenUnknown);
    private static readonly Refusal Forged = new(AdmissionRule.TokenForged);

    private readonly IExternalIam _iam;
    private readonly IdentityCache _cache;
    private readonly ExternalPrincipals _principals;
    private readonly TokenThrottle _throttle;
    private readonly AdmissionOptions _admission;
    private readonly ExternalIamOptions _options;
    private readonly TimeProvider _clock;
    private readonly LookupGate _gate;
    private readonly BoundedMap<TokenHash, ExternalToken> _known;
    private readonly BoundedMap<TokenHash, RefusedToken> _refused;
    private readonly ConcurrentDictionary<TokenHash, Lazy<Task<Proof>>> _asked = new();

    public ExternalTokens(
        IExternalIam iam, IdentityCache cache, ExternalPrincipals principals, TokenThrottle throttle, IOptions<AdmissionOptions> admission,
        IOptions<ExternalIamOptions> options, TimeProvider clock)
    {
        _iam = iam;
        _cache = cache;
        _principals = principals;
        _throttle = throttle;
        _admission = admission.Value;
        _options = options.Value;
        _clock = clock;
        _gate = new LookupGate(_admission);
        _known = new BoundedMap<TokenHash, ExternalToken>(_admission.MaxCachedCredentials);
        _refused = new BoundedMap<TokenHash, RefusedToken>(_admission.MaxCachedUnknown);
    }

    /// <summary>How many are remembered as valid.</summary>
    public int KnownCount => _known.Count;

    /// <summary>How many are remembered as refused.</summary>
    public int RefusedCount => _refused.Count;

    /// <summary>Answers without asking, if it can.</summary>
    public bool TryGet(in TokenHash hash, DateTimeOffset now, out Proof proof)
    {
        if (_known.TryGet(hash, out ExternalToken? known))
        {
            if (now >= known.ExpiresAt)
            {
                proof = Expired;
                return true;
            }

            if (known.IsFresh(now) && known.PrincipalAt(_cache.TenantsNumber) is { } principal)
            {
                proof = Proof.Of(principal);
                return true;
            }
        }

        if (_refused.TryGet(hash, out RefusedToken? refused) && now < refused.Until)
        {
            proof = refused.Refusal;
            return true;
        }

        proof = default;
        return false;
    }

    /// <summary>Asks, or waits for who asks already.</summary>
    /// <exception cref="BrokerException">Too many wait, or the silos could not be asked about a mapped project.</exception>
    public async Task<Proof> AskAsync(string token, TokenHash hash, ClientAddress address)
    {
        Lazy<Task<Proof>> question = _asked.GetOrAdd(
            hash, static (key, call) => new Lazy<Task<Proof>>(() => call.Tokens.AskOnceAsync(call.Token, key, call.Address)), (Tokens: this, Token: token, Address: address));
        try
        {
            return await question.Value;
        }
        finally
        {
            _asked.TryRemove(new KeyValuePair<TokenHash, Lazy<Task<Proof>>>(hash, question));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<Proof> AskOnceAsync(string token, TokenHash hash, ClientAddress address)
    {
        // One that was valid is no guess, however many guess at its address.
        bool isGuess = !_known.TryGet(hash, out ExternalToken? before);
        if (before is not null && before.IsFresh(_clock.GetUtcNow()))
        {
            // What the IAM said counts on: a project or a domain has changed here.
            return await ProveAsync(hash, before);
        }

        return await _gate.RunAsync(async () => isGuess && _throttle.MustWait(address, _clock.GetUtcNow(), out TimeSpan wait)
            ? TokenThrottle.Refuse(wait)
            : await JudgeAsync(await _iam.ValidateAsync(token), hash, before, address));
    }

    private async ValueTask<Proof> JudgeAsync(ExternalAnswer answer, TokenHash hash, ExternalToken? before, ClientAddress address)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (answer.Identity is { } identity)
        {
            long number = _cache.TenantsNumber;
            return now >= identity.ExpiresAt ? Refuse(hash, Expired, now)
                : await _principals.FindAsync(identity) is not { } principal ? Refuse(hash, NoTenant, now)
                : Keep(hash, new ExternalToken(identity, principal, number, now, _options), principal);
        }

        if (answer.Rule is { } rule)
        {
            _throttle.NoteFailure(address, now);
            return Refuse(hash, rule == AdmissionRule.TokenExpired ? Expired : rule == AdmissionRule.TokenForged ? Forged : Unknown, now);
        }

        if (before is null || !before.TryStretch(now, StaleInterval))
        {
            return Unavailable;
        }

        GatewayInstruments.IamStale.Add(1);
        return await ProveAsync(hash, before);
    }

    /// <summary>The principal of a token that counts, made anew when a project or a domain has changed since.</summary>
    private async ValueTask<Proof> ProveAsync(TokenHash hash, ExternalToken token)
    {
        long number = _cache.TenantsNumber;
        if (token.PrincipalAt(number) is { } same)
        {
            return Proof.Of(same);
        }

        if (await _principals.FindAsync(token.Identity) is not { } principal)
        {
            return Refuse(hash, NoTenant, _clock.GetUtcNow());
        }

        token.Renew(principal, number);
        return Proof.Of(principal);
    }

    private Proof Keep(TokenHash hash, ExternalToken token, KnownPrincipal principal)
    {
        _refused.Remove(hash);
        _known.Set(hash, token);
        return Proof.Of(principal);
    }

    private Proof Refuse(TokenHash hash, Refusal refusal, DateTimeOffset now)
    {
        _known.Remove(hash);
        _refused.Set(hash, new RefusedToken(refusal, now + _admission.UnknownLifetime));
        return refusal;
    }
}
