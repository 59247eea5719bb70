using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Core;
using CommandBroker.Identity.Passwords;

namespace CommandBroker.Grains;

/// <summary>The bounds of what administrators give.</summary>
internal static class IdentityBounds
{
    private const int MaxNameLength = 64;
    private const int MaxDescriptionLength = 255;
    private const int MaxLimit = 1_000;
    private const Roles AllRoles = Roles.Agent | Roles.Operator | Roles.Auditor | Roles.Admin;
    private static readonly TimeSpan MinTemporary = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MaxTemporary = TimeSpan.FromHours(24);
    private static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    public static void CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl) || !StorableText.IsStorable(name) || name != name.Trim())
        {
            throw Invalid($"name has {name.Length} characters; 1 to {MaxNameLength} without control characters and without white space at its ends are allowed.");
        }
    }

    public static void CheckPassword(string? password)
    {
        if (password is not null && PasswordVault.FaultOf(password) is { } fault)
        {
            throw Invalid(fault);
        }
    }

    public static void CheckRoles(Roles roles)
    {
        if ((roles & ~AllRoles) != 0)
        {
            throw Invalid($"roles is {(int)roles}; agent, operator, auditor and admin are allowed.");
        }
    }

    /// <summary>Whoever administers or audits sees all of a project: bound to one source server it would be more than it looks.</summary>
    public static void CheckBound(string? serverId, Roles roles)
    {
        if (serverId is not null && (roles & (Roles.Auditor | Roles.Admin)) != 0)
        {
            throw Invalid($"A principal that is bound to a source server has the roles agent and operator only; {roles.ToString().ToLowerInvariant()} was given.");
        }
    }

    public static void CheckServerId(string? serverId)
    {
        if (serverId is not null && !ServerId.TryParseNew(serverId, out _))
        {
            throw Invalid(ServerId.Describe(serverId));
        }
    }

    public static void CheckKey(NewAccessKeyCall call)
    {
        if (call.Description?.Length > MaxDescriptionLength || !StorableText.IsStorable(call.Description))
        {
            throw Invalid($"description has {call.Description?.Length} characters; {MaxDescriptionLength} that can be stored are allowed.");
        }

        if (call.IsTemporary && !(call.Lifetime >= MinTemporary && call.Lifetime <= MaxTemporary))
        {
            throw Invalid($"lifetime is {Text(call.Lifetime)}; a temporary key lasts 15m to 24h.");
        }

        if (call.Lifetime is { } lifetime && (lifetime < MinLifetime || lifetime > MaxLifetime))
        {
            throw Invalid($"lifetime is {DurationWords.Of(lifetime)}; 1m to 3650d, or none, are allowed.");
        }
    }

    public static void CheckOverlap(TimeSpan overlap)
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
        {
            throw Invalid($"overlap is {DurationWords.Of(overlap)}; 0s to 30d are allowed.");
        }
    }

    public static void CheckQuota(string name, int? quota)
    {
        if (quota < 0)
        {
            throw Invalid($"{name} is {quota}; 0, which takes it away, and more are allowed.");
        }
    }

    public static void CheckLimit(int limit)
    {
        if (limit is < 1 or > MaxLimit)
        {
            throw Invalid($"limit is {limit}; 1 to {MaxLimit} are allowed.");
        }
    }

    public static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);

    private static string Text(TimeSpan? lifetime) => lifetime is { } given ? DurationWords.Of(given) : "none";
}
