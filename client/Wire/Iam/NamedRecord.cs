namespace CommandBroker.Client.Wire.Iam;

/// <summary>A domain, project, role or user as IAM names it: by id, by name, or both.</summary>
public sealed record NamedRecord
{
    /// <summary>The id; absent when only the name is told.</summary>
    public string? Id { get; init; }

    /// <summary>The name; absent when only the id is told.</summary>
    public string? Name { get; init; }

    /// <summary>The domain of a project or user; absent elsewhere.</summary>
    public NamedRecord? Domain { get; init; }
}
