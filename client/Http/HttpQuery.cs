namespace CommandBroker.Client.Http;

/// <summary>Puts a query behind a path.</summary>
internal static class HttpQuery
{
    /// <summary>The path with those members that have a value.</summary>
    public static string Of(string path, params ReadOnlySpan<(string Name, string? Value)> members)
    {
        char separator = '?';
        foreach ((string name, string? value) in members)
        {
            if (value is not null)
            {
                path = $"{path}{separator}{name}={Uri.EscapeDataString(value)}";
                separator = '&';
            }
        }

        return path;
    }
}
