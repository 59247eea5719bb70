using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>A request as its client means it, before anything is encoded, and the whims of the client that sends it.</summary>
/// <param name="Segments">The path's segments, decoded; each behind a slash. None is the empty path.</param>
/// <param name="Query">Names and values, decoded; null for no equals sign. Null for no question mark.</param>
/// <param name="Headers">Names, values and whether they are signed.</param>
/// <param name="Whims">How the client writes: read in turn, each choice takes one.</param>
internal sealed record GeneratedRequest(
    string Method, string[] Segments, (string Name, string? Value)[]? Query, (string Name, string Value, bool IsSigned)[] Headers, byte[] Body, byte[] Whims)
{
    private const string Host = "127.0.0.1:8080";

    /// <summary>What the client sends: signed from what it means, never from what it sends.</summary>
    public TestRequest Send()
    {
        int turn = 0;
        int Whim(int choices) => Whims[turn++ % Whims.Length] % choices;

        string date = SdkDate.Write(TestRequest.SignedAt);
        (string Name, string Value, bool IsSigned)[] headers = [.. Headers, ("Host", Host, Whim(4) > 0), ("X-Sdk-Date", date, true)];
        var request = new TestRequest
        {
            Method = Method,
            Target = string.Concat(Segments.Select(segment => "/" + Write(segment, isQuery: false, Whim))) + (Query is null ? "" : "?" + Write(Query, Whim)),
            Headers = [.. headers.Select(header => new RequestHeader(Case(header.Name, Whim), Pad(Whim) + header.Value + Pad(Whim)))],
            Body = Body,
        };
        string names = string.Join(';', headers.Where(header => header.IsSigned).Select(header => header.Name.ToLowerInvariant()).Order(StringComparer.Ordinal));
        string path = string.Concat(Segments.Select(segment => "/" + Uri.EscapeDataString(segment)));
        path = path.EndsWith('/') ? path : path + "/";
        return request with { Authorization = TestSigner.Authorize(request, names, path, SortQuery(Whim(3))) };
    }

    /// <summary>As one of the official SDKs would.</summary>
    private string SortQuery(int order)
    {
        IEnumerable<(string Name, string Value)> query = (Query ?? []).Select(parameter => (parameter.Name, parameter.Value ?? ""));
        IEnumerable<(string Name, string Value)> encoded = query.Select(parameter => (Uri.EscapeDataString(parameter.Name), Uri.EscapeDataString(parameter.Value)));
        encoded = order switch
        {
            0 => query.OrderBy(parameter => Utf8Order(parameter.Name), StringComparer.Ordinal).ThenBy(parameter => Utf8Order(parameter.Value), StringComparer.Ordinal)
                .Select(parameter => (Uri.EscapeDataString(parameter.Name), Uri.EscapeDataString(parameter.Value))),
            1 => encoded.OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
            _ => encoded.OrderBy(parameter => parameter.Name, StringComparer.Ordinal).ThenBy(parameter => parameter.Value, StringComparer.Ordinal),
        };
        return string.Join('&', encoded.Select(parameter => $"{parameter.Name}={parameter.Value}"));
    }

    private static string Utf8Order(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static string Write((string Name, string? Value)[] query, Func<int, int> whim) => string.Join('&', query.Select(parameter =>
        Write(parameter.Name, isQuery: true, whim) + (parameter.Value is null ? "" : "=" + Write(parameter.Value, isQuery: true, whim))));

    /// <summary>Encodes what has to be, and of the rest what the client fancies; hexadecimal digits in either case.</summary>
    private static string Write(string text, bool isQuery, Func<int, int> whim)
    {
        var written = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool mustEncode = rune.Value is '%' or '?' or '#' || (isQuery ? rune.Value is '&' or '=' or '+' or ' ' : rune.Value is '/');
            if (isQuery && rune.Value == ' ' && whim(2) == 0)
            {
                written.Append('+');
            }
            else if (!mustEncode && whim(3) > 0)
            {
                written.Append(rune);
            }
            else
            {
                foreach (byte value in Encoding.UTF8.GetBytes(rune.ToString()))
                {
                    written.Append(whim(2) == 0 ? $"%{value:X2}" : $"%{value:x2}");
                }
            }
        }

        return written.ToString();
    }

    private static string Case(string name, Func<int, int> whim) => whim(3) switch { 0 => name.ToUpperInvariant(), 1 => name.ToLowerInvariant(), _ => name };

    private static string Pad(Func<int, int> whim) => whim(8) switch { 0 => " ", 1 => "\t ", _ => "" };
}
