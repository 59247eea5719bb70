using CommandBroker.Identity.Tokens;

namespace CommandBroker.Gateway.Identity;

/// <summary>An issued token whose signature was found right.</summary>
/// <param name="Payload">What it says.</param>
/// <param name="Known">Whose it is.</param>
/// <param name="Scoped">The principal in the project of the token's scope.</param>
internal sealed record KnownToken(TokenPayload Payload, KnownPrincipal Known, Principal Scoped);
