namespace CommandBroker.Gateway.Http;

/// <summary>What became of reading a body.</summary>
internal enum RequestBodyStatus
{
    /// <summary>It is here.</summary>
    Whole,

    /// <summary>It is longer than allowed and was not read.</summary>
    TooLong,

    /// <summary>It ended before its announced length, came too slowly, or is not framed as HTTP demands.</summary>
    Cut,

    /// <summary>Of a caller who is not proven yet: it did not come in time.</summary>
    Late,

    /// <summary>Of a caller who is not proven yet: it made room for another.</summary>
    Crowded,
}
