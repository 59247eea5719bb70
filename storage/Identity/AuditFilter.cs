namespace CommandBroker.Storage.Identity;

/// <summary>Which rows of the audit to read, newest first.</summary>
/// <param name="DomainId">Only of this domain's actors; null means all.</param>
/// <param name="ProjectId">Only concerning this project; null means all.</param>
/// <param name="ActionPrefix">Only actions that begin so; null means all.</param>
/// <param name="Before">Only lower numbers; null starts at the newest.</param>
/// <param name="Limit">The most to return, 1 to 1,000.</param>
public sealed record AuditFilter(string? DomainId, string? ProjectId, string? ActionPrefix, long? Before, int Limit)
{
    /// <summary>Only higher numbers; null means all.</summary>
    public long? After { get; init; }

    /// <summary>The most rows, of the domain if one is given, to look at for one page.</summary>
    /// <value>Default 10,000, at least <see cref="Limit"/>.</value>
    public int MaxRead { get; init; } = 10_000;
}
