using System.Globalization;

namespace CommandBroker.Contracts;

/// <summary>A place in a queue's order of hand-out. It stays meaningful when its command has left the queue.</summary>
/// <param name="Priority">The command's priority.</param>
/// <param name="Seq">The command's number.</param>
public readonly record struct QueueCursor(int Priority, long Seq)
{
    /// <summary>The cursor as text, <c>PRIORITY.NUMBER</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Priority}.{Seq}");

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="BrokerException">InvalidArgument: the text is none.</exception>
    public static QueueCursor Parse(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && int.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority)
            && long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long seq)
            ? new QueueCursor(priority, seq)
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, "after is no cursor; it is what next_after of the page before said, as in 0.17.");
    }
}
