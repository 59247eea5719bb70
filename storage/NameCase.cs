namespace CommandBroker.Storage;

/// <summary>Names as they are compared whatever their case: in every store alike, as the databases' own rules differ, and depend on how a database was made.</summary>
internal static class NameCase
{
    /// <summary>A name in capital letters of every alphabet, letter by letter.</summary>
    public static string Fold(string name) => name.ToUpperInvariant();
}
