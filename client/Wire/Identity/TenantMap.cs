using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Between tenants on the wire and the contracts. Limits are the broker's; here it is only said what cannot be read.</summary>
public static class TenantMap
{
    /// <summary>Writes a domain or a project.</summary>
    public static TenantRecord ToWire(this TenantView view) => new()
    {
        Id = view.TenantId,
        Name = view.Name,
        DomainId = view.DomainId,
        Enabled = view.IsEnabled,
        MaxSourceServers = view.MaxSourceServers,
        MaxPendingCommands = view.MaxPendingCommands,
        MaxRequestsPerSecond = view.MaxRequestsPerSecond,
    };

    /// <summary>Reads a domain or a project.</summary>
    public static TenantView ToView(this TenantRecord record) => new()
    {
        TenantId = record.Id,
        Name = record.Name,
        DomainId = record.DomainId,
        IsEnabled = record.Enabled,
        MaxSourceServers = record.MaxSourceServers,
        MaxPendingCommands = record.MaxPendingCommands,
        MaxRequestsPerSecond = record.MaxRequestsPerSecond,
    };

    /// <summary>Writes a change.</summary>
    public static TenantChangeBody ToWire(this TenantChange change) => new()
    {
        Enabled = change.IsEnabled,
        MaxSourceServers = change.MaxSourceServers,
        MaxPendingCommands = change.MaxPendingCommands,
        MaxRequestsPerSecond = change.MaxRequestsPerSecond,
    };

    /// <summary>Reads a change.</summary>
    /// <exception cref="BrokerException">InvalidArgument: a quota is negative.</exception>
    public static TenantChange ToChange(this TenantChangeBody body) => new()
    {
        IsEnabled = body.Enabled,
        MaxSourceServers = Quota("max_source_servers", body.MaxSourceServers),
        MaxPendingCommands = Quota("max_pending_commands", body.MaxPendingCommands),
        MaxRequestsPerSecond = Quota("max_requests_per_second", body.MaxRequestsPerSecond),
    };

    private static int? Quota(string member, int? quota) => quota is null or >= 0
        ? quota
        : throw new BrokerException(
            BrokerErrorReason.InvalidArgument, $"{member} is {quota}; a whole number from 0 is allowed, and 0 takes the project's own quota away.");
}
