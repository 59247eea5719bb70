namespace CommandBroker.Storage.Identity;

/// <summary>A principal with its domain and its project, read together.</summary>
/// <param name="Principal">The principal.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Project">Its project.</param>
public sealed record PrincipalEntry(StoredPrincipal Principal, StoredDomain Domain, StoredProject Project);
