using System.Text.Json.Serialization;

namespace CommandBroker.Contracts.Identity;

/// <summary>Who calls: a user, or an agent of one source server. What it may do follows from <see cref="Roles"/>, where from its domain, project and source server.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.PrincipalView")]
public sealed record PrincipalView
{
    /// <summary>Its id: 32 lower-case hexadecimal digits.</summary>
    [Id(0), JsonPropertyName("id")] public required string PrincipalId { get; init; }

    /// <summary>Its name, unique within its domain, whatever the case; 1 to 64 characters. The actor in every event it causes.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Its domain.</summary>
    [Id(2)] public required string DomainId { get; init; }

    /// <summary>The domain's name.</summary>
    [Id(3)] public required string DomainName { get; init; }

    /// <summary>The project it works in: the only one, or with <see cref="IsDomainWide"/> the one it means when it names none.</summary>
    [Id(4)] public required string ProjectId { get; init; }

    /// <summary>The project's name.</summary>
    [Id(5)] public required string ProjectName { get; init; }

    /// <summary>Whether it may work in every project of its domain (header <c>X-Project-Id</c>).</summary>
    [Id(6), JsonPropertyName("domain_wide")] public bool IsDomainWide { get; init; }

    /// <summary>The only source server it may see; null when it is not bound to one.</summary>
    [Id(7)] public string? ServerId { get; init; }

    /// <summary>Its roles.</summary>
    [Id(8)] public required Roles Roles { get; init; }

    /// <summary>Whether it may do anything at all: it and its domain are enabled, and so is its project unless it is domain-wide.</summary>
    [Id(9), JsonPropertyName("enabled")] public required bool IsEnabled { get; init; }

    /// <summary>When it was made, UTC.</summary>
    [Id(10)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Requests that its project may make in a second, <c>Identity:DefaultRequestsPerSecond</c> counted in; null means no limit.</summary>
    [Id(11), JsonIgnore] public int? MaxRequestsPerSecond { get; init; }

    /// <summary>Tokens issued before this instant no longer count, as after a new password; null when all do.</summary>
    [Id(12), JsonIgnore] public DateTimeOffset? TokensValidFrom { get; init; }

    /// <summary>Whether <see cref="ProjectId"/> is enabled. A call that means a disabled project is refused as one that does not exist.</summary>
    [Id(13), JsonIgnore] public bool IsProjectEnabled { get; init; } = true;
}
