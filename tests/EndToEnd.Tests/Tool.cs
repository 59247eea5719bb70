namespace CommandBroker.EndToEnd.Tests;

/// <summary>Installed programs that some tests need.</summary>
internal static class Tool
{
    /// <summary>Set to 1, as CI does, a missing program fails the tests instead of skipping them.</summary>
    private const string RequireVariable = "COMMANDBROKER_REQUIRE_TOOLS";

    /// <summary>Why a test that runs a program must be skipped; null when it can run, or must fail.</summary>
    public static string? SkipReason(string program) =>
        Environment.GetEnvironmentVariable(RequireVariable) == "1"
        || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)))
            ? null
            : $"install {program}";
}
