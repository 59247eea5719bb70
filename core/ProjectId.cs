using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Core;

/// <summary>
/// Names one project, the tenant that source servers belong to: 1 to 64 characters out of letters, digits, <c>-</c> and <c>_</c> (ASCII),
/// case-sensitive. Ids that the broker issues are 32 lower-case hexadecimal digits.
/// </summary>
public readonly record struct ProjectId
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>The id of <see cref="Default"/>. Never changes: it stands in databases.</summary>
    public const string DefaultValue = "2d7b94e60c1f4f8fb35a7c9e84d10f63";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private ProjectId(string value) => Value = value;

    /// <summary>The project that exists in every broker and holds what was stored before there were projects.</summary>
    public static ProjectId Default { get; } = new(DefaultValue);

    /// <summary>The id as it was given. Null only in <c>default</c>, which names no project.</summary>
    public string Value { get; }

    /// <summary>Whether this is <see cref="Default"/>.</summary>
    public bool IsDefault => Value == DefaultValue;

    /// <summary>Reads an id.</summary>
    /// <param name="text">What was given; null and empty are refused.</param>
    /// <param name="id">The id, when the answer is true.</param>
    /// <returns>False when the text is empty, too long or holds a character that is not allowed.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out ProjectId id)
    {
        if (text is { Length: > 0 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Allowed))
        {
            // One string for the project that most source servers are in: comparing it is comparing references.
            id = text == DefaultValue ? Default : new ProjectId(text);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>Reads an id that is known to be valid.</summary>
    /// <exception cref="FormatException">The text is no project id; the message says what is allowed.</exception>
    public static ProjectId Parse(string text) =>
        TryParse(text, out ProjectId id) ? id : throw new FormatException(Describe(text));

    /// <summary>Says why a text is no project id, without repeating control characters.</summary>
    public static string Describe(string? text) => text switch
    {
        null or "" => $"project_id is empty; 1 to {MaxLength} characters are allowed.",
        { Length: > MaxLength } => $"project_id has {text.Length} characters; 1 to {MaxLength} are allowed.",
        _ => "project_id has a character that is not allowed; letters, digits, - and _ are.",
    };

    /// <inheritdoc/>
    public override string ToString() => Value;
}
