using Orleans.Runtime;

namespace CommandBroker.Contracts.Identity;

/// <summary>Where a call began, for the audit: it travels beside the calls that a request makes, so that no method has to hand it on.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.CallOrigin")]
public sealed record CallOrigin
{
    private const string Key = "commandbroker.origin";

    /// <summary>The principal's id.</summary>
    [Id(0)] public string? PrincipalId { get; init; }

    /// <summary>The address the request came from; null when it is not known.</summary>
    [Id(1)] public string? RemoteAddress { get; init; }

    /// <summary>The request id.</summary>
    [Id(2)] public string? RequestId { get; init; }

    /// <summary>That of the call that runs; null when nobody told, as a tool that calls grains itself.</summary>
    public static CallOrigin? Current => RequestContext.Get(Key) as CallOrigin;

    /// <summary>Lets it travel with the grain calls that the running method makes from now on, and no further: its caller does not have it.</summary>
    public static void Tell(CallOrigin origin) => RequestContext.Set(Key, origin);
}
