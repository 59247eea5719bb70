using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>Texts of the audit: bounded and storable, whatever a caller sent.</summary>
internal static class AuditText
{
    private const int MaxLength = 512;

    /// <summary>A command as an event names it: <c>server/number</c>, or of several the last one with their count.</summary>
    public static string SubjectOf(SourceServerKey key, long seq, int count = 1) =>
        count == 1 ? $"{key.ServerId.Value}/{seq}" : $"{key.ServerId.Value}/{seq} and {count - 1} before";

    /// <summary>A text that can be stored: what is too long is cut, what no store can keep is replaced.</summary>
    public static string? Cut(string? text)
    {
        string? cut = text is { Length: > MaxLength } ? text[..MaxLength] : text;
        return StorableText.IsStorable(cut)
            ? cut
            : string.Create(cut!.Length, cut, (target, source) =>
            {
                for (int at = 0; at < source.Length; at++)
                {
                    target[at] = source[at] == '\0' || char.IsSurrogate(source[at]) ? '?' : source[at];
                }
            });
    }
}
