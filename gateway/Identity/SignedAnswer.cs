namespace CommandBroker.Gateway.Identity;

/// <summary>What a signed report was answered with, for its repeats.</summary>
internal enum SignedAnswer
{
    /// <summary>It runs still, did not succeed, or is new.</summary>
    None = 0,

    /// <summary>It was accepted.</summary>
    Accepted = 1,

    /// <summary>Refused: no command that it can mean was outstanding.</summary>
    NotOutstanding = 2,

    /// <summary>Refused: its command had ended by the opposite result.</summary>
    Contradicting = 3,
}
