using System.Collections.Immutable;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// What this gateway remembers of callers. All of it is bounded, all of it can be asked for again, and none of it counts when the gateway has not
/// heard for too long what has changed.
/// </summary>
internal sealed class IdentityCache : IDisposable
{
    private readonly LookupGate _gate;
    private readonly ChangeFence _fence = new();
    private readonly RequestBudgets _budgets;
    private readonly AdmissionOptions _options;
    private readonly TimeProvider _clock;
    private long _heardAt;
    private long _tenantsNumber;
    private volatile bool _isLoaded;

    /// <summary>Makes an empty one.</summary>
    public IdentityCache(IBrokerGrains grains, RequestBudgets budgets, IOptions<AdmissionOptions> options, TimeProvider clock)
    {
        _options = options.Value;
        _clock = clock;
        _budgets = budgets;
        _gate = new LookupGate(_options);
        var parts = new LookupParts(_options, _fence, _gate, clock);
        Keys = new(parts, accessKey => grains.Identity.FindAccessKeyAsync(accessKey), Make);
        Tokens = new(parts, hash => grains.Identity.FindTokenAsync(hash.ToHex()), Make);
        Principals = new(parts, principalId => grains.Identity.FindPrincipalAsync(principalId), (view, _) => Make(view));
        Names = new(parts, name => grains.Identity.FindPrincipalByNameAsync(name.Domain, name.Name), Make);
        Tenants = new(parts, tenantId => grains.Identity.FindTenantAsync(tenantId), (view, _) => new KnownTenant(view));
        Issued = new IssuedTokens(_fence, _options);
    }

    /// <summary>Access keys.</summary>
    public LookupCache<string, CredentialView, KnownCredential> Keys { get; }

    /// <summary>Tokens that were given to the broker, by hash.</summary>
    public LookupCache<TokenHash, CredentialView, KnownCredential> Tokens { get; }

    /// <summary>Principals, by id.</summary>
    public LookupCache<string, PrincipalView, KnownPrincipal> Principals { get; }

    /// <summary>The same, by the names of their domains and their own. What ends one there ends it here.</summary>
    public LookupCache<PrincipalName, PrincipalView, KnownPrincipal> Names { get; }

    /// <summary>Projects and domains, by id: however many a domain has, and however new they are.</summary>
    public LookupCache<string, TenantView, KnownTenant> Tenants { get; }

    /// <summary>Tokens that the broker issued.</summary>
    public IssuedTokens Issued { get; }

    /// <summary>Whether this gateway has heard recently enough what has changed. Before, and after <see cref="AdmissionOptions.MaxStaleness"/>, nobody can be told from anybody.</summary>
    public bool IsFresh => _isLoaded && _clock.GetElapsedTime(Volatile.Read(ref _heardAt)) <= _options.MaxStaleness;

    /// <summary>The changes of projects and domains so far: note it before <see cref="Tenants"/> are asked, and ask again when it is another.</summary>
    public long TenantsNumber => Volatile.Read(ref _tenantsNumber);

    /// <summary>
    /// Asks for a caller who has proven nothing, in its turn among all such questions (<see cref="AdmissionOptions.MaxConcurrentLookups"/>). Nothing is
    /// remembered of the answer.
    /// </summary>
    /// <exception cref="BrokerException">Unreachable: too many wait already.</exception>
    public Task<T> AskInTurnAsync<T>(Func<ValueTask<T>> ask) => _gate.RunAsync(ask);

    /// <summary>Begins anew with what a silo knows.</summary>
    /// <param name="snapshot">What it knows.</param>
    /// <param name="askedAt">The timestamp before it was asked.</param>
    public void Begin(IdentitySnapshot snapshot, long askedAt)
    {
        _fence.Change(() =>
        {
            Keys.Clear();
            Tokens.Clear();
            Principals.Clear();
            Names.Clear();
            ForgetTenants();
            Issued.Begin(snapshot);
        });
        Confirm(askedAt);
        _isLoaded = true;
    }

    /// <summary>Takes the keys and revocations of a later snapshot; what else is remembered stays.</summary>
    public void Renew(IdentitySnapshot snapshot) => _fence.Change(() => Issued.Begin(snapshot));

    /// <summary>Forgets what has changed.</summary>
    /// <param name="changes">The changes since the last call.</param>
    /// <param name="askedAt">The timestamp before they were asked for.</param>
    public void Apply(ImmutableArray<IdentityChange> changes, long askedAt)
    {
        if (!changes.IsEmpty)
        {
            _fence.Change(() =>
            {
                foreach (IdentityChange change in changes)
                {
                    Forget(change);
                }
            });
        }

        Confirm(askedAt);
    }

    /// <summary>A principal in one project of its domain; null when it may not work there, or there is no such project.</summary>
    public ValueTask<Principal?> InProjectAsync(KnownPrincipal known, string projectId, DateTimeOffset now) =>
        projectId == known.View.ProjectId ? new(known.Own)
        : !known.View.IsDomainWide ? new((Principal?)null)
        : known.TryGetIn(projectId, out Principal? principal) ? new(principal)
        : FindInProjectAsync(known, projectId, now);

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        Issued.Dispose();
    }

    private async ValueTask<Principal?> FindInProjectAsync(KnownPrincipal known, string projectId, DateTimeOffset now)
    {
        long number = _fence.Number;
        KnownTenant? found = await Tenants.FindAsync(projectId, now);
        if (found?.View is not { IsEnabled: true } project || project.DomainId != known.View.DomainId)
        {
            return null;
        }

        var principal = Principal.Of(known.View, project.TenantId, project.Name, _budgets.Of(project.TenantId, project.MaxRequestsPerSecond));
        _fence.TryKeep(number, () => known.Keep(principal));
        return principal;
    }

    // First forgotten, then counted: whoever has noted the new number finds nothing that is older.
    private void ForgetTenants()
    {
        Tenants.Clear();
        Interlocked.Increment(ref _tenantsNumber);
    }

    private void Forget(IdentityChange change)
    {
        switch (change.Kind)
        {
            case IdentityChangeKind.AccessKey:
                Keys.Forget(change.Subject);
                break;
            case IdentityChangeKind.Token:
                Tokens.Forget(TokenHash.FromHex(change.Subject));
                break;
            case IdentityChangeKind.Principal:
                Principals.Forget(change.Subject);
                break;
            case IdentityChangeKind.Tenant:
                Principals.ForgetWhere(principal => principal.BelongsTo(change.Subject));
                ForgetTenants();
                break;
            case IdentityChangeKind.Revocation:
                Issued.Revoke(change.Subject);
                break;
            case IdentityChangeKind.TokenKeys:
                // The refresh reads a snapshot.
                break;
            default:
                throw new InvalidOperationException($"A change of kind {change.Kind} is not known to this gateway; it is older than the silos.");
        }
    }

    private void Confirm(long askedAt) => Volatile.Write(ref _heardAt, askedAt);

    private KnownCredential Make(CredentialView view, bool isKept) => new(view, Make(view.Principal, isKept));

    private KnownPrincipal Make(PrincipalView view, bool isKept)
    {
        if (!isKept)
        {
            return Make(view);
        }

        if (!Principals.TryGetKnown(view.PrincipalId, out KnownPrincipal? principal))
        {
            principal = Make(view);
            Principals.Keep(view.PrincipalId, principal);
        }

        return principal;
    }

    private KnownPrincipal Make(PrincipalView view) => new(view, _budgets.Of(view.ProjectId, view.MaxRequestsPerSecond));
}
