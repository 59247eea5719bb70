using System.CommandLine;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Login;

/// <summary>Where a password comes from: a file, the environment, or somebody at the keyboard. Never the command line, which others can see.</summary>
internal static class PasswordSource
{
    private const string Variable = "COMMANDBROKER_PASSWORD";

    public static Option<string?> FileOption(string what) => new("--password-file")
    {
        Description = $"Take {what} from the first line of this file, or of the standard input when it is -; default: {Variable}, else ask",
        HelpName = "FILE",
    };

    /// <summary>Reads it.</summary>
    /// <param name="host">The process.</param>
    /// <param name="file">The value of <see cref="FileOption"/>.</param>
    /// <param name="isNew">Whether it is being chosen, so that a mistyped one must be noticed.</param>
    /// <exception cref="BrokerException">InvalidArgument: there is none.</exception>
    public static string Read(CliHost host, string? file, bool isNew = false)
    {
        string? password = file switch
        {
            "-" => FirstLine(host.In),
            { } path => FirstLine(File.OpenRead(path)),
            null when host.Environment(Variable) is { Length: > 0 } given => given,
            null => Ask(host, isNew),
        };
        return string.IsNullOrEmpty(password)
            ? throw new BrokerException(BrokerErrorReason.InvalidArgument, $"No password was given; --password-file, {Variable} or the keyboard give one.")
            : password;
    }

    private static string? Ask(CliHost host, bool isNew)
    {
        if (host.AskPassword is not { } ask)
        {
            return null;
        }

        string password = ask(isNew ? "New password: " : "Password: ");
        return !isNew || ask("Once more: ") == password
            ? password
            : throw new BrokerException(BrokerErrorReason.InvalidArgument, "The two passwords differ; nothing was changed.");
    }

    private static string? FirstLine(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return reader.ReadLine();
    }
}
