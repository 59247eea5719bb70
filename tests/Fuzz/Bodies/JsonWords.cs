namespace CommandBroker.Fuzz.Bodies;

/// <summary>Pieces of JSON that parsers stumble over.</summary>
internal static class JsonWords
{
    public static IReadOnlyList<string> All { get; } =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud800", "\\u0000", "\\n", "null", "true", "false", "0", "-1", "1e999", "-0.0", "9223372036854775808", "{}", "[]", "\"\"",
        " ", "\t", "\r\n", "//", "/**/", "\ufeff", "\u00e9", "\U0001F680", new string('[', 70), new string('a', 300), string.Concat(Enumerable.Repeat("{\"a\":", 70)),
    ];
}
