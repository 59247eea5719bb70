namespace CommandBroker.Core;

/// <summary>Why a report ended no command. The numbers are stored: never reuse one.</summary>
public enum StrayReason
{
    /// <summary>Nothing was outstanding. Answered as success: the vendor's own tests report to an idle server.</summary>
    Unsolicited = 1,

    /// <summary>The command had ended with the opposite result. Refused.</summary>
    Contradicting = 2,

    /// <summary>Several commands of that name had lost their lease and the report does not say which it means. Answered as success; all stay due.</summary>
    Ambiguous = 3,
}
