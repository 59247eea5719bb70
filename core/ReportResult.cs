namespace CommandBroker.Core;

/// <summary>What an agent said of a command. The numbers are stored: never reuse one.</summary>
public enum ReportResult
{
    /// <summary><c>success</c> on the wire.</summary>
    Success = 1,

    /// <summary><c>fail</c> on the wire.</summary>
    Fail = 2,
}
