using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// What is kept of a <c>result_detail</c> that is longer than allowed: one JSON object that says so, with the length and the SHA-256 of
/// the whole and its beginning. The same detail always gives the same text, so that a repeated report stays a repeat.
/// </summary>
internal static class CutDetail
{
    /// <summary>The text to keep.</summary>
    /// <param name="detail">The detail, JSON in UTF-8.</param>
    /// <param name="maxBytes">The longest text, in bytes. The mark alone takes up to 140, also where that is more.</param>
    public static string Of(ReadOnlySpan<byte> detail, int maxBytes)
    {
        string mark = $"{{\"cut\":true,\"bytes\":{detail.Length},\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(detail))}\",\"begin\":\"";
        int room = maxBytes - mark.Length - 2;
        string begin = "";
        for (int taken = Math.Min(detail.Length, room); taken > 0; taken = taken * 3 / 4)
        {
            // Escapes make it longer; what does not fit is tried shorter.
            begin = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(TextOf(detail[..taken]));
            if (Encoding.UTF8.GetByteCount(begin) <= room)
            {
                break;
            }

            begin = "";
        }

        return $"{mark}{begin}\"}}";
    }

    /// <summary>The text without the half of a character that may stand at its end.</summary>
    private static string TextOf(ReadOnlySpan<byte> utf8)
    {
        char[] text = new char[utf8.Length];
        Utf8.ToUtf16(utf8, text, out _, out int written, replaceInvalidSequences: false, isFinalBlock: false);
        return new string(text, 0, written);
    }
}
