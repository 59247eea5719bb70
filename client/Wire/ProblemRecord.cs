using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>An <c>application/problem+json</c> answer (RFC 9457) of the <c>/api/v1</c> family.</summary>
public sealed record ProblemRecord
{
    /// <summary>The media type of such an answer.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>A URI that names the kind of problem; absent means <c>about:blank</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The kind of problem in a few words.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>One sentence for a person: what was found, what is allowed, the setting.</summary>
    public string? Detail { get; init; }

    /// <summary>The reason; absent when a proxy answered instead of the broker.</summary>
    public BrokerErrorReason? Reason { get; init; }

    /// <summary>Whether the same call may succeed later.</summary>
    public bool? Transient { get; init; }

    /// <summary>The request's id, as in the header <c>X-Request-Id</c>.</summary>
    public string? RequestId { get; init; }
}
