namespace CommandBroker.Client.Http;

/// <summary>A user with a password. A token is fetched by <c>POST /v3/auth/tokens</c> at the first call and again before it ends.</summary>
public sealed record PasswordCredential : BrokerCredential
{
    /// <summary>The user's name.</summary>
    public required string User { get; init; }

    /// <summary>The password.</summary>
    public required string Password { get; init; }

    /// <summary>The name of the user's domain; default <c>default</c>.</summary>
    public string Domain { get; init; } = "default";

    /// <summary>The id of the project the token is to count in; null means the user's own.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The name of the project, when its id is not known; null means the user's own.</summary>
    public string? ProjectName { get; init; }
}
