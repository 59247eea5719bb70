using CommandBroker.Cli.Login;

namespace CommandBroker.Cli;

/// <summary>The process around a run, handed in so that a test can be one.</summary>
internal sealed record CliHost
{
    public required Stream In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person sees <see cref="Error"/> as it comes, so that a progress bar makes sense.</summary>
    public required bool IsErrorTerminal { get; init; }

    /// <summary>Asks for a password by showing a text; null when nobody is there to answer.</summary>
    public Func<string, string>? AskPassword { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public required string CurrentDirectory { get; init; }

    /// <summary>The user's directory for configuration; made when something is written.</summary>
    public required string ConfigDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliHost OfThisProcess() => new()
    {
        In = Console.OpenStandardInput(),
        Out = StandardOutput.Open(),
        Error = Console.Error,
        IsErrorTerminal = !Console.IsErrorRedirected,
        AskPassword = Console.IsInputRedirected ? null : PasswordPrompt.Ask,
        Environment = System.Environment.GetEnvironmentVariable,
        CurrentDirectory = Directory.GetCurrentDirectory(),
        ConfigDirectory = System.Environment.GetFolderPath(System.Environment.SpecialFolder.ApplicationData, System.Environment.SpecialFolderOption.DoNotVerify),
    };

    /// <summary>A variable of the environment; null when it is not set or empty.</summary>
    public string? Variable(string name) => Environment(name) is { Length: > 0 } value ? value : null;
}
