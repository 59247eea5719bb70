namespace CommandBroker.Contracts.Identity;

/// <summary>A user who signs in with a password. By <see cref="UserId"/>, or by <see cref="UserName"/> with its domain.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SignInCall")]
public sealed record SignInCall
{
    /// <summary>The principal's id; null when it is named.</summary>
    [Id(0)] public string? UserId { get; init; }

    /// <summary>The principal's name; null when its id is given.</summary>
    [Id(1)] public string? UserName { get; init; }

    /// <summary>The id of the domain of <see cref="UserName"/>; null when the domain is named.</summary>
    [Id(2)] public string? DomainId { get; init; }

    /// <summary>The name of the domain of <see cref="UserName"/>.</summary>
    [Id(3)] public string? DomainName { get; init; }

    /// <summary>The password, in clear; never stored or logged.</summary>
    [Id(4)] public required string Password { get; init; }

    /// <summary>Where the token is to count; null means the principal's own project.</summary>
    [Id(5)] public TokenScope? Scope { get; init; }

    /// <summary>The address the caller came from, for the audit.</summary>
    [Id(6)] public required string RemoteAddress { get; init; }

    /// <summary>The request's id, for the audit and the log; null when it is not known.</summary>
    [Id(7)] public string? RequestId { get; init; }
}
