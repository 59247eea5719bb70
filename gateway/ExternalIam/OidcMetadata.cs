using System.Net.Http;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>
/// What the provider says of itself, its keys above all, through the library's <see cref="ConfigurationManager{T}"/>: read when first needed, again from
/// time to time, and again when a token names a key that is not there, but not more often than <see cref="OidcOptions.KeyRefreshInterval"/>.
/// </summary>
internal sealed class OidcMetadata : IConfigurationRetriever<OpenIdConnectConfiguration>
{
    private const string WellKnown = "/.well-known/openid-configuration";

    private readonly OidcOptions _options;
    private readonly IamReach _reach;
    private readonly TimeProvider _clock;
    private readonly OpenIdConnectConfigurationRetriever _retriever = new();
    private long _readAt;
    private volatile bool _hasFailed;

    // The library would otherwise answer with the old keys and read the new ones behind our back: the first token of a new key would be refused.
    static OidcMetadata() => AppContext.SetSwitch("Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking", true);

    public OidcMetadata(IHttpClientFactory clients, IamReach reach, IOptions<OidcOptions> options, IOptions<ExternalIamOptions> external, TimeProvider clock)
    {
        _options = options.Value;
        _reach = reach;
        _clock = clock;
        Uri address = AddressOf(_options, external.Value);
        var documents = new HttpDocumentRetriever(clients.CreateClient(IamHttp.Name)) { RequireHttps = address.Scheme == "https" };
        Manager = new ConfigurationManager<OpenIdConnectConfiguration>(address.ToString(), this, documents)
        {
            AutomaticRefreshInterval = _options.MetadataRefreshInterval,
            RefreshInterval = _options.KeyRefreshInterval,
        };
    }

    /// <summary>The library's manager.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Manager { get; }

    /// <summary>Whether the last attempt to read failed: a key that is not there may well be the provider's newest.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Where the provider describes itself.</summary>
    /// <exception cref="FormatException">A setting is not what it must be; the message names it.</exception>
    public static Uri AddressOf(OidcOptions options, ExternalIamOptions external)
    {
        // With an address of its own the issuer is a name and no more.
        return options is { MetadataAddress: { Length: > 0 } address, Issuer.Length: > 0 }
            ? IamAddress.Read("Identity:Oidc:MetadataAddress", address, external)
            : new Uri(IamAddress.Read("Identity:Oidc:Issuer", options.Issuer, external).ToString().TrimEnd('/') + WellKnown);
    }

    /// <summary>What is known of the provider; null when nothing is, or what is known is too old.</summary>
    public async Task<OpenIdConnectConfiguration?> GetAsync()
    {
        try
        {
            OpenIdConnectConfiguration known = await Manager.GetConfigurationAsync(CancellationToken.None);
            return _clock.GetElapsedTime(Volatile.Read(ref _readAt)) <= _options.MaxMetadataAge ? known : null;
        }
        catch (InvalidOperationException failure)
        {
            // The library's word for what could not be read.
            _reach.NoteLost("the provider's keys cannot be read", failure.InnerException ?? failure);
            return null;
        }
    }

    /// <summary>Reads for the library, and notes what became of it.</summary>
    async Task<OpenIdConnectConfiguration> IConfigurationRetriever<OpenIdConnectConfiguration>.GetConfigurationAsync(
        string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        try
        {
            long startedAt = _clock.GetTimestamp();
            OpenIdConnectConfiguration found = await ((IConfigurationRetriever<OpenIdConnectConfiguration>)_retriever).GetConfigurationAsync(address, retriever, cancel);
            if (found.Issuer != _options.Issuer)
            {
                throw new InvalidOperationException($"The provider calls itself \"{found.Issuer}\"; Identity:Oidc:Issuer says \"{_options.Issuer}\".");
            }

            if (found.SigningKeys.Count == 0)
            {
                throw new InvalidOperationException("The provider names no keys that tokens could be checked with.");
            }

            Volatile.Write(ref _readAt, startedAt);
            _hasFailed = false;
            _reach.NoteReached();
            return found;
        }
        catch (Exception failure)
        {
            // Thrown on to the library, which goes on by what it has.
            _hasFailed = true;
            _reach.NoteLost("the provider's keys cannot be read", failure);
            throw;
        }
    }
}
