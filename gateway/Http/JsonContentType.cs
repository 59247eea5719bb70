namespace CommandBroker.Gateway.Http;

/// <summary>Looks at a Content-Type. A charset parameter is accepted whatever it says: the bytes themselves are checked to be UTF-8.</summary>
internal static class JsonContentType
{
    private const string Json = "application/json";

    /// <summary>Whether it is <c>application/json</c>, with or without parameters.</summary>
    public static bool Matches(string contentType)
    {
        ReadOnlySpan<char> value = contentType.AsSpan().Trim();
        int end = value.IndexOf(';');
        return (end < 0 ? value : value[..end].TrimEnd()).Equals(Json, StringComparison.OrdinalIgnoreCase);
    }
}
