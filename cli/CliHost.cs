namespace CommandBroker.Cli;

/// <summary>The process around a run, handed in so that a test can be one.</summary>
internal sealed record CliHost
{
    public required Stream In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person sees <see cref="Error"/> as it comes, so that a progress bar makes sense.</summary>
    public required bool IsErrorTerminal { get; init; }

    public required Func<string, string?> Environment { get; init; }

    public required string CurrentDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliHost OfThisProcess() => new()
    {
        In = Console.OpenStandardInput(),
        Out = Console.Out,
        Error = Console.Error,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Environment = System.Environment.GetEnvironmentVariable,
        CurrentDirectory = Directory.GetCurrentDirectory(),
    };
}
