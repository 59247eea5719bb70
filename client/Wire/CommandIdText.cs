using System.Globalization;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Command numbers on the wire: decimal strings from 1, because JSON numbers above 2^53 do not survive every reader.</summary>
public static class CommandIdText
{
    /// <summary>Writes a number.</summary>
    public static string Format(long seq) => seq.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes a number; null stays null.</summary>
    public static string? Format(long? seq) => seq?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a number from 1; signs, spaces and leading zeros are refused.</summary>
    public static bool TryParse(string? text, out long seq)
    {
        seq = 0;
        return text is ['1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9', ..]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seq);
    }

    /// <summary>Reads what the broker wrote.</summary>
    /// <exception cref="BrokerException">Internal: it is no command id, so the other side is no broker of this version.</exception>
    public static long Parse(string? text) => TryParse(text, out long seq)
        ? seq
        : throw new BrokerException(BrokerErrorReason.Internal, "The answer holds no valid command id.");
}
