namespace CommandBroker.Gateway.Http;

/// <summary>The media types of bodies. A charset parameter is accepted whatever it says: the bytes themselves are checked to be UTF-8.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";

    public const string NdJson = "application/x-ndjson";

    /// <summary>Whether a Content-Type is that media type, with or without parameters.</summary>
    public static bool Matches(string? contentType, string mediaType)
    {
        ReadOnlySpan<char> value = contentType.AsSpan().Trim();
        int end = value.IndexOf(';');
        return (end < 0 ? value : value[..end].TrimEnd()).Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }
}
