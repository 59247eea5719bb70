using CommandBroker.Core;

namespace CommandBroker.Contracts;

/// <summary>What an agent reports.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.ReportCall")]
public sealed record ReportCall
{
    /// <summary><c>command_name</c>, 1 to 255 characters.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary><c>result</c>.</summary>
    [Id(1)] public required ReportResult Result { get; init; }

    /// <summary><c>result_detail</c>, JSON text exactly as it came; the gateway bounds it.</summary>
    [Id(2)] public required string ResultDetail { get; init; }

    /// <summary>The command's number from <c>X-Command-Id</c>; null when the agent sent none.</summary>
    [Id(3)] public long? Seq { get; init; }

    /// <summary>The principal that reports.</summary>
    [Id(4)] public required string Actor { get; init; }

    /// <summary>
    /// Stands for the signature of the request, 2 to 2^63; null when the queue need not remember it. A report with the tag of one that it has answered
    /// is that request once more, and changes nothing.
    /// </summary>
    [Id(5)] public ulong? Tag { get; init; }
}
