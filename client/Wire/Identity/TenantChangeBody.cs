namespace CommandBroker.Client.Wire.Identity;

/// <summary>The body of <c>PATCH /api/v1/domains/{id}</c> and <c>PATCH /api/v1/projects/{id}</c>; what is absent stays. A quota of 0 takes the project's own away.</summary>
public sealed record TenantChangeBody
{
    /// <summary>Enable or disable.</summary>
    public bool? Enabled { get; init; }

    /// <inheritdoc cref="TenantRecord.MaxSourceServers"/>
    public int? MaxSourceServers { get; init; }

    /// <inheritdoc cref="TenantRecord.MaxPendingCommands"/>
    public int? MaxPendingCommands { get; init; }

    /// <inheritdoc cref="TenantRecord.MaxRequestsPerSecond"/>
    public int? MaxRequestsPerSecond { get; init; }
}
