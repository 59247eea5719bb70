using System.Globalization;
using System.Text;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Fuzz.Signatures;

/// <summary>X-Sdk-Date. It must agree with the framework's own parser, and be written back as it came.</summary>
internal static class DateTarget
{
    public static FuzzTarget Target { get; } = new("date", ["T", "Z", "0", "13", "24", "29", "31", "32", "60", "02", "9999", "20261123T084717Z", "+", " ", "\u0663"], Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        bool isRead = SdkDate.TryParse(text, out DateTimeOffset instant);
        bool isExpected = DateTimeOffset.TryParseExact(
            text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expected);
        if (isRead != isExpected || instant != expected || (isRead && SdkDate.Write(instant) != text))
        {
            throw new FuzzException($"Read {isRead} as {instant:O}, the framework {isExpected} as {expected:O}.");
        }

        return isRead ? "Read" : "Refused";
    }
}
