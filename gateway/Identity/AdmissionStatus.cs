namespace CommandBroker.Gateway.Identity;

/// <summary>What became of a caller at the door.</summary>
internal enum AdmissionStatus
{
    /// <summary>Known, and its role suffices.</summary>
    Admitted,

    /// <summary>No token was sent.</summary>
    Missing,

    /// <summary>Several tokens, an empty one, or one that is too long.</summary>
    Malformed,

    /// <summary>Nobody's token.</summary>
    Wrong,

    /// <summary>Known, but its role lacks the action.</summary>
    Forbidden,

    /// <summary>The credentials have not been read yet.</summary>
    NotReady,
}
