using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Management;

/// <summary>Refuses names of a query that a route does not know: passed over, a misspelt filter would answer with everything.</summary>
internal static class QueryNames
{
    private const int MaxShownLength = 40;

    /// <summary>Checks the query of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="allowed">The names that the route knows.</param>
    /// <exception cref="BrokerException">InvalidArgument: there is another name, or one is there twice.</exception>
    public static void Check(HttpContext context, string[] allowed)
    {
        if (!context.Request.QueryString.HasValue)
        {
            return;
        }

        foreach ((string name, StringValues values) in context.Request.Query)
        {
            if (!allowed.Contains(name, StringComparer.Ordinal))
            {
                throw Invalid($"The query has {Quote(name)}; {(allowed.Length == 0 ? "none is" : $"{string.Join(", ", allowed)} are")} allowed here.");
            }

            if (values.Count > 1)
            {
                throw Invalid($"The query has {Quote(name)} {values.Count} times; once is allowed.");
            }
        }
    }

    /// <summary>What a caller sent, cut and escaped, for a message.</summary>
    public static string Quote(string name) => $"\"{JsonEncodedText.Encode(name.Length > MaxShownLength ? name[..MaxShownLength] : name)}\"";

    private static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);
}
