using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>A token in <c>Authorization: Bearer …</c> (RFC 6750).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether a request means to send one.</summary>
    public static bool IsMeant(in StringValues authorization)
    {
        foreach (string? value in authorization)
        {
            if (value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The token; empty when the header is there twice, which no token is.</summary>
    public static StringValues Of(in StringValues authorization) =>
        authorization.Count == 1 ? authorization[0]![Scheme.Length..].Trim() : StringValues.Empty;
}
