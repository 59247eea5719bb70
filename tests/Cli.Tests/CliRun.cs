using System.Text;

namespace CommandBroker.Cli.Tests;

/// <summary>One run of the command line, with what it wrote.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public static async Task<CliRun> ByAsync(
        string? directory,
        IReadOnlyDictionary<string, string>? environment,
        string input,
        string[] args,
        string? configDirectory = null,
        string? password = null,
        Func<string, string>? ask = null,
        Stream? stream = null,
        CancellationToken interrupt = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int code = await CliApp.RunAsync(args, new CliHost
        {
            In = stream ?? new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Out = output,
            Error = error,
            IsErrorTerminal = false,
            Environment = name => environment?.GetValueOrDefault(name),
            CurrentDirectory = directory ?? "/",
            ConfigDirectory = configDirectory ?? "/nowhere",
            AskPassword = password is null ? ask : _ => password,
        }, interrupt);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    public static Task<CliRun> ByAsync(
        string? directory, IReadOnlyDictionary<string, string>? environment, string input, params string[] args) =>
        ByAsync(directory, environment, input, args, configDirectory: null);

    public static Task<CliRun> WithAsync(FakeBroker broker, string input, params string[] args) =>
        ByAsync(null, Operator(broker), input, args, configDirectory: null);

    public static Task<CliRun> InterruptedAsync(FakeBroker broker, Stream input, CancellationToken interrupt, params string[] args) =>
        ByAsync(null, Operator(broker), "", args, stream: input, interrupt: interrupt);

    private static Dictionary<string, string> Operator(FakeBroker broker) =>
        new() { ["COMMANDBROKER_ENDPOINT"] = broker.Address, ["COMMANDBROKER_TOKEN"] = FakeBroker.Token };
}
