namespace CommandBroker.Storage.Identity;

/// <summary>Which principals to list, in the order of their names whatever the case.</summary>
/// <param name="DomainId">Of this domain.</param>
/// <param name="BoundToProjectId">Only those of this project that are not domain-wide; null means all.</param>
/// <param name="After">Only names behind this one; null starts at the first.</param>
/// <param name="Limit">The most to return, 1 to 1,000.</param>
public sealed record PrincipalFilter(string DomainId, string? BoundToProjectId, string? After, int Limit);
