using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Core;

/// <summary>
/// Names one source server: 1 to 255 characters out of letters, digits and <c>- _ . : @ ~</c> (ASCII), case-sensitive.
/// Ids that the broker issues are UUIDs of 36 characters.
/// </summary>
/// <remarks>
/// The vendor's documents say 0..255 in the older version and 1..36 in the newer one; the longer range is accepted.
/// The characters are checked here because a decoded path can hold anything, CR and LF included.
/// </remarks>
public readonly record struct ServerId
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:@~");

    private ServerId(string value) => Value = value;

    /// <summary>The id as it was given. Null only in <c>default</c>, which names no source server.</summary>
    public string Value { get; }

    /// <summary>Reads an id.</summary>
    /// <param name="text">What was given; null and empty are refused.</param>
    /// <param name="id">The id, when the answer is true.</param>
    /// <returns>False when the text is empty, too long, one or two dots, or holds a character that is not allowed.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out ServerId id)
    {
        if (text is { Length: > 0 and <= MaxLength } && text is not ("." or "..") && !text.AsSpan().ContainsAnyExcept(Allowed))
        {
            id = new ServerId(text);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads the id of a source server that is to be. What <see cref="TryParse"/> reads, but not the name of a route that would hide it.</summary>
    /// <param name="text">What was given; null and empty are refused.</param>
    /// <param name="id">The id, when the answer is true.</param>
    public static bool TryParseNew([NotNullWhen(true)] string? text, out ServerId id)
    {
        if (TryParse(text, out id) && !IsHidden(text))
        {
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads an id that is known to be valid.</summary>
    /// <exception cref="FormatException">The text is no server id; the message says what is allowed.</exception>
    public static ServerId Parse(string text) =>
        TryParse(text, out ServerId id) ? id : throw new FormatException(Describe(text));

    /// <summary>Says why a text is no server id, without repeating control characters.</summary>
    public static string Describe(string? text) => text switch
    {
        null or "" => "server_id is empty; 1 to 255 characters are allowed.",
        { Length: > MaxLength } => $"server_id has {text.Length} characters; 1 to {MaxLength} are allowed.",
        _ when IsHidden(text) => $"server_id is \"{text}\", which a route of that name hides; any other is allowed.",
        "." or ".." => "server_id is one or two dots, which a path cannot name.",
        _ => "server_id has a character that is not allowed; letters, digits and - _ . : @ ~ are.",
    };

    // The vendor's routes beside {server_id}.
    private static bool IsHidden(string? text) => text is "delete" or "overview";

    /// <inheritdoc/>
    public override string ToString() => Value;
}
