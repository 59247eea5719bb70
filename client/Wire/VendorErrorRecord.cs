namespace CommandBroker.Client.Wire;

/// <summary>An error of the <c>/v3</c> and <c>/v1</c> families.</summary>
public sealed record VendorErrorRecord
{
    /// <summary>As in <c>SMS.7602</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>One sentence for a person.</summary>
    public string? ErrorMsg { get; init; }
}
