using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Roles on the wire: a list of agent, operator, auditor, admin.</summary>
public static class RoleNames
{
    private static readonly ImmutableArray<Roles> Single = [Roles.Agent, Roles.Operator, Roles.Auditor, Roles.Admin];

    /// <summary>All names, for messages and help: <c>agent, operator, auditor, admin</c>.</summary>
    public static string All { get; } = string.Join(", ", Single.Select(WireName.Of));

    /// <summary>Writes them in the order of the enum.</summary>
    public static ImmutableArray<string> Of(Roles roles) => [.. Single.Where(role => roles.HasFlag(role)).Select(WireName.Of)];

    /// <summary>Reads them; an empty list is no role.</summary>
    /// <exception cref="BrokerException">InvalidArgument: one is no role.</exception>
    public static Roles Parse(IEnumerable<string> names) => names.Aggregate(Roles.None, (roles, name) =>
        WireName.TryParse(name, out Roles role) && role != Roles.None
            ? roles | role
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, $"roles holds a name that is no role; {All} are allowed."));
}
