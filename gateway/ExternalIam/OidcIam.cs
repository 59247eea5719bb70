using System.Collections.Frozen;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Checks the JWTs of an OpenID provider with the keys that it publishes.</summary>
internal sealed class OidcIam : IExternalIam
{
    // Of keys that are published only these; a token must not choose "none", nor a secret that is no secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>How far in the future a token may begin: the provider's clock is another.</summary>
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    private readonly OidcMetadata _metadata;
    private readonly OidcClaims _claims;
    private readonly JwtBearerOptions _bearer;
    private readonly FrozenDictionary<string, Roles> _roles;
    private readonly TimeProvider _clock;

    public OidcIam(OidcMetadata metadata, IOptions<OidcOptions> options, TimeProvider clock)
    {
        _metadata = metadata;
        _clock = clock;
        _claims = new OidcClaims(options.Value);
        _roles = NameMap.ReadRoles("Identity:Oidc:RoleMap", options.Value.RoleMap);
        _bearer = new JwtBearerOptions
        {
            ConfigurationManager = metadata.Manager,
            MapInboundClaims = false,
            TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = options.Value.Issuer,
                ValidAudiences = AudiencesOf(options.Value),
                ValidAlgorithms = Algorithms,
                ValidateIssuerSigningKey = true,
                LifetimeValidator = IsInTime,
            },
        };
    }

    /// <inheritdoc/>
    public bool TakesBearer => true;

    /// <summary>The audiences of which a token must name one.</summary>
    public static string[] AudiencesOf(OidcOptions options) =>
        (options.Audience ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <inheritdoc/>
    public Roles RolesOf(string name) => _roles.GetValueOrDefault(name);

    /// <inheritdoc/>
    public async Task<bool> CheckAsync() => await _metadata.GetAsync() is not null;

    /// <inheritdoc/>
    public async Task<ExternalAnswer> ValidateAsync(string token)
    {
        if (await _metadata.GetAsync() is not { } known)
        {
            return ExternalAnswer.Unavailable;
        }

        TokenValidationResult result = await CheckAsync(token, known);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // A new key, perhaps: the library reads them again, unless it has only just done so.
            _metadata.Manager.RequestRefresh();
            if (await _metadata.GetAsync() is not { } renewed)
            {
                return ExternalAnswer.Unavailable;
            }

            if (ReferenceEquals(renewed, known))
            {
                return _metadata.HasFailed ? ExternalAnswer.Unavailable : AdmissionRule.TokenForged;
            }

            result = await CheckAsync(token, renewed);
        }

        return result.IsValid && _claims.Read((JsonWebToken)result.SecurityToken) is { } identity ? identity
            : result.Exception is SecurityTokenExpiredException ? AdmissionRule.TokenExpired
            : result.Exception is SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException ? AdmissionRule.TokenForged
            : AdmissionRule.TokenUnknown;
    }

    private Task<TokenValidationResult> CheckAsync(string token, OpenIdConnectConfiguration known)
    {
        TokenValidationParameters parameters = _bearer.TokenValidationParameters.Clone();
        parameters.IssuerSigningKeys = known.SigningKeys;
        return _bearer.TokenHandlers[0].ValidateTokenAsync(token, parameters);
    }

    private bool IsInTime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        DateTime now = _clock.GetUtcNow().UtcDateTime;
        return expires is not { } end ? throw new SecurityTokenNoExpirationException("The token has no end.")
            : now >= end ? throw new SecurityTokenExpiredException("The token has ended.")
            : notBefore is not { } begin || begin - now <= MaxClockSkew;
    }
}
