using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Identity;

/// <summary>A principal as people write it: <c>domain/name</c>, or <c>name</c> in the default domain.</summary>
/// <param name="Domain">The domain's name.</param>
/// <param name="Name">The principal's.</param>
internal readonly record struct PrincipalName(string Domain, string Name)
{
    /// <summary>Reads one.</summary>
    public static PrincipalName Parse(string text)
    {
        string[] parts = text.Split('/', 2, StringSplitOptions.TrimEntries);
        return parts.Length == 2 ? new PrincipalName(parts[0], parts[1]) : new PrincipalName(DefaultTenant.DomainName, text);
    }
}
