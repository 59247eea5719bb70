namespace CommandBroker.Contracts.Identity;

/// <summary>The domain and the project that exist in every broker. What was stored before there were tenants belongs to them.</summary>
public static class DefaultTenant
{
    /// <summary>The id of the default domain. Administrators of this domain administer the broker: they alone make and delete domains.</summary>
    public const string DomainId = "8f0c6a1d3b7e4c52a9d4e1f07b36c5a2";

    /// <summary>Its name.</summary>
    public const string DomainName = "default";

    /// <summary>The id of the default project.</summary>
    public const string ProjectId = Core.ProjectId.DefaultValue;

    /// <summary>Its name.</summary>
    public const string ProjectName = "default";
}
