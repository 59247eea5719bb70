using CommandBroker.Identity.Tokens;

namespace CommandBroker.Gateway.Identity;

/// <summary>An issued token whose signature was found right.</summary>
/// <param name="payload">What it says.</param>
/// <param name="known">Whose it is.</param>
/// <param name="principal">The principal in the token's project.</param>
internal sealed class KnownToken(TokenPayload payload, KnownPrincipal known, Principal principal)
{
    /// <summary>What it says.</summary>
    public TokenPayload Payload { get; } = payload;

    /// <summary>Whose it is.</summary>
    public KnownPrincipal Known { get; } = known;

    /// <summary>The principal in the scope of the token: one of a project has no power over the rest of the domain.</summary>
    public Principal Scoped { get; } = payload.IsDomainScoped ? principal : principal.InItsProject();
}
