using System.Text.RegularExpressions;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>
/// Every request that differs from a signed one in one signed byte: replaced by each other ASCII character (in a body by each byte), removed, or doubled.
/// Left out is what HTTP says is the same: the case of a header's name, and of the digits of an escape in the target (RFC 3986, section 6.2.2.1).
/// </summary>
internal static class OneByteChanges
{
    public static IEnumerable<(string What, TestRequest Changed)> Of(TestRequest request)
    {
        foreach (string method in Of(request.Method))
        {
            yield return ($"method {method}", request with { Method = method });
        }

        foreach (string target in Of(request.Target).Where(target => WithUpperEscapes(target) != WithUpperEscapes(request.Target)))
        {
            yield return ($"target {target}", request with { Target = target });
        }

        AuthorizationHeader.TryParse(request.Authorization, out AuthorizationHeader authorization, out _);
        string names = authorization.SignedHeaders.ToString(), signature = authorization.Signature.ToString();
        foreach (string changed in Of(names))
        {
            yield return ($"names {changed}", request with { Authorization = request.Authorization.Replace(names, changed, StringComparison.Ordinal) });
        }

        foreach (string changed in Of(signature))
        {
            yield return ($"signature {changed}", request with { Authorization = request.Authorization.Replace(signature, changed, StringComparison.Ordinal) });
        }

        for (int i = 0; i < request.Headers.Count; i++)
        {
            RequestHeader header = request.Headers[i];
            if (!names.Split(';').Contains(header.Name.ToLowerInvariant()))
            {
                continue;
            }

            foreach (string name in Of(header.Name).Where(name => !name.Equals(header.Name, StringComparison.OrdinalIgnoreCase)))
            {
                yield return ($"{header.Name} named {name}", Set(request, i, header with { Name = name }));
            }

            foreach (string value in Of(header.Value))
            {
                yield return ($"{header.Name}: {value}", Set(request, i, header with { Value = value }));
            }
        }

        foreach (TestRequest changed in OfBody(request))
        {
            yield return ($"body {Convert.ToHexString(changed.Body)}", changed);
        }
    }

    private static string WithUpperEscapes(string target) => Regex.Replace(target, "%[0-9a-fA-F]{2}", escape => escape.Value.ToUpperInvariant());

    private static IEnumerable<string> Of(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            yield return text.Remove(i, 1);
            yield return text.Insert(i, text[i].ToString());
            for (char other = '\0'; other < 128; other++)
            {
                if (other != text[i])
                {
                    yield return $"{text.AsSpan(0, i)}{other}{text.AsSpan(i + 1)}";
                }
            }
        }
    }

    private static IEnumerable<TestRequest> OfBody(TestRequest request)
    {
        yield return request with { Body = [.. request.Body, (byte)' '] };
        for (int i = 0; i < request.Body.Length; i++)
        {
            yield return request with { Body = [.. request.Body[..i], .. request.Body[(i + 1)..]] };
            for (int bits = 1; bits < 256; bits++)
            {
                byte[] body = [.. request.Body];
                body[i] ^= (byte)bits;
                yield return request with { Body = body };
            }
        }
    }

    private static TestRequest Set(TestRequest request, int index, RequestHeader header) =>
        request with { Headers = [.. request.Headers.Select((old, i) => i == index ? header : old)] };
}
