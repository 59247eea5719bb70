using System.Diagnostics.CodeAnalysis;

namespace CommandBroker.Core;

/// <summary>
/// Names one source server among those of all projects: the same server id in two projects is two source servers.
/// </summary>
/// <remarks>
/// <see cref="Text"/> is the key of grains and rows. Source servers of <see cref="ProjectId.Default"/> have their bare id as key, as all had
/// before there were projects: so stored data stay where they are, and a release from before projects, running beside this one
/// during an upgrade, means the same grain and the same row. A project's name and a slash stand before the others; neither kind of id holds a slash.
/// </remarks>
public readonly record struct SourceServerKey
{
    /// <summary>The longest <see cref="Text"/>, in characters.</summary>
    public const int MaxLength = ProjectId.MaxLength + 1 + ServerId.MaxLength;

    private const char Separator = '/';

    private SourceServerKey(string text) => Text = text;

    /// <summary>Makes the key of a project's source server.</summary>
    public SourceServerKey(ProjectId projectId, ServerId serverId) =>
        Text = projectId.IsDefault ? serverId.Value : $"{projectId.Value}{Separator}{serverId.Value}";

    /// <summary>The key as text: <c>server</c> in the default project, <c>project/server</c> in others. Null only in <c>default</c>.</summary>
    public string Text { get; }

    /// <summary>The project. Makes a new string, unless it is the default one.</summary>
    public ProjectId ProjectId =>
        Text.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and int end ? ProjectId.Parse(Text[..end]) : ProjectId.Default;

    /// <summary>The project's id without making a string.</summary>
    public ReadOnlySpan<char> ProjectText =>
        Text.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and int end ? Text.AsSpan(0, end) : ProjectId.DefaultValue;

    /// <summary>The id within the project. Makes a new string, unless the project is the default one.</summary>
    public ServerId ServerId =>
        ServerId.Parse(Text.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and int end ? Text[(end + 1)..] : Text);

    /// <summary>Reads a key.</summary>
    /// <param name="text">What was given: <c>server</c>, or <c>project/server</c> with any project, the default one too.</param>
    /// <param name="key">The key, when the answer is true.</param>
    /// <returns>False when a part is none, as <see cref="ProjectId"/> and <see cref="ServerId"/> say.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out SourceServerKey key)
    {
        key = default;
        int end = text?.IndexOf(Separator, StringComparison.Ordinal) ?? -1;
        if (end < 0)
        {
            bool isId = ServerId.TryParse(text, out ServerId bare);
            key = isId ? new SourceServerKey(bare.Value) : default;
            return isId;
        }

        if (!ProjectId.TryParse(text![..end], out ProjectId project) || !ServerId.TryParse(text[(end + 1)..], out ServerId server))
        {
            return false;
        }

        key = project.IsDefault ? new SourceServerKey(server.Value) : new SourceServerKey(text);
        return true;
    }

    /// <summary>Reads a key that is known to be valid.</summary>
    /// <exception cref="FormatException">The text is no key.</exception>
    public static SourceServerKey Parse(string text) => TryParse(text, out SourceServerKey key)
        ? key
        : throw new FormatException($"A source server's key is a server_id, or a project_id, '{Separator}' and a server_id; this is neither.");

    /// <summary>Gives the text of a key without making a string, for look-ups on a hot path.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="serverId">The source server.</param>
    /// <param name="buffer">At least <see cref="MaxLength"/> characters; not touched for the default project.</param>
    /// <returns>The same characters as <see cref="Text"/>.</returns>
    public static ReadOnlySpan<char> Write(ProjectId projectId, ServerId serverId, Span<char> buffer)
    {
        if (projectId.IsDefault)
        {
            return serverId.Value;
        }

        int end = projectId.Value.Length;
        projectId.Value.CopyTo(buffer);
        buffer[end] = Separator;
        serverId.Value.CopyTo(buffer[(end + 1)..]);
        return buffer[..(end + 1 + serverId.Value.Length)];
    }

    /// <summary>Both parts, <c>project/server</c>, as logs show them.</summary>
    public override string ToString() => Text is null ? "" : $"{ProjectId.Value}{Separator}{ServerId.Value}";
}
