using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>A token that an external IAM did not find valid, or that means nothing here.</summary>
/// <param name="Refusal">What its sender is told.</param>
/// <param name="Until">Until when, without asking again.</param>
internal sealed record RefusedToken(Refusal Refusal, DateTimeOffset Until);
