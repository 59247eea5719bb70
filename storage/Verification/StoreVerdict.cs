namespace CommandBroker.Storage.Verification;

/// <summary>What a verification has read.</summary>
public sealed record StoreVerdict
{
    /// <summary>Source servers, deleted ones too.</summary>
    public required long SourceServerCount { get; init; }

    /// <summary>Commands that are kept, open and ended.</summary>
    public required long CommandCount { get; init; }

    /// <summary>Those of them that are open.</summary>
    public required long OpenCount { get; init; }

    /// <summary>Commands that retention has removed.</summary>
    public required long RemovedCount { get; init; }

    /// <summary>Findings, also those that were not handed out because one source server had too many.</summary>
    public required long FindingCount { get; init; }

    /// <summary>Source servers with at least one finding.</summary>
    public required long FaultySourceServerCount { get; init; }
}
