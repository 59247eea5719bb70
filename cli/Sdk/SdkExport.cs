namespace CommandBroker.Cli.Sdk;

/// <summary>One variable of the environment that an SDK reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Word">Its value as a word of a POSIX shell: quoted, or an expression that reads a secret from where it is kept.</param>
/// <param name="Value">Its value; null for what must not be shown.</param>
internal sealed record SdkExport(string Name, string Word, string? Value)
{
    /// <summary>A variable whose value is known and may be shown.</summary>
    public static SdkExport Of(string name, string value) => new(name, Quote(value), value);

    /// <summary>A value as one word of a POSIX shell, whatever it holds.</summary>
    public static string Quote(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>The line that sets it.</summary>
    public override string ToString() => $"export {Name}={Word}";
}
