namespace CommandBroker.Identity.Signatures;

/// <summary>Where a decoded name and its value lie in the query's buffer.</summary>
internal readonly record struct QueryParameter(int Start, int NameLength, int ValueStart, int ValueLength);
