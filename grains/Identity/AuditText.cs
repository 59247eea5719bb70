using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>Texts of the audit: bounded and storable, whatever a caller sent.</summary>
internal static class AuditText
{
    private const int MaxLength = 512;

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
