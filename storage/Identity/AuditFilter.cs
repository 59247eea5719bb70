namespace CommandBroker.Storage.Identity;

/// <summary>Which rows of the audit to read, newest first.</summary>
/// <param name="DomainId">Only of this domain's actors; null means all.</param>
/// <param name="ProjectId">Only concerning this project; null means all.</param>
/// <param name="ActionPrefix">Only actions that begin so; null means all.</param>
/// <param name="Before">Only lower numbers; null starts at the newest.</param>
/// <param name="Limit">The most to return, 1 to 1,000.</param>
public sealed record AuditFilter(string? DomainId, string? ProjectId, string? ActionPrefix, long? Before, int Limit);
