using System.Text;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A secret that a run used, looked for in every form in which it could have been left somewhere.</summary>
internal sealed record KnownSecret(string What, string Value)
{
    /// <summary>The forms: UTF-8, UTF-16, and UTF-8 in base64, in hex and percent-encoded; and the bytes behind it when it is base64 itself.</summary>
    public IEnumerable<byte[]> Forms()
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(Value);
        yield return utf8;
        yield return Encoding.Unicode.GetBytes(Value);
        yield return Encoding.UTF8.GetBytes(Convert.ToBase64String(utf8).TrimEnd('=')[..^2]);
        yield return Encoding.UTF8.GetBytes(Convert.ToHexString(utf8));
        yield return Encoding.UTF8.GetBytes(Convert.ToHexStringLower(utf8));
        yield return Encoding.UTF8.GetBytes(Uri.EscapeDataString(Value));
        var raw = new byte[Value.Length];
        if (Convert.TryFromBase64String(Value, raw, out int length) && length >= 16)
        {
            yield return raw[..length];
        }
    }

    /// <summary>Whether some bytes hold it in any form.</summary>
    public bool IsIn(byte[] bytes) => Forms().Any(form => bytes.AsSpan().IndexOf(form) >= 0);
}
