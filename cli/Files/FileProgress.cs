using Spectre.Console;

namespace CommandBroker.Cli.Files;

/// <summary>A progress bar on the terminal, and errors above it; on anything else only the errors.</summary>
internal static class FileProgress
{
    /// <param name="host">Where to draw.</param>
    /// <param name="totalBytes">The length of the file; null when it is not known.</param>
    /// <param name="work">Gets a way to tell the progress (bytes read, commands done) and a way to tell an error.</param>
    public static async Task RunAsync(CliHost host, long? totalBytes, Func<Action<long, long>, Action<string>, Task> work)
    {
        if (!host.IsErrorTerminal)
        {
            await work((_, _) => { }, host.Error.WriteLine);
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        await console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("enqueue", maxValue: Math.Max(1, totalBytes ?? 1));
                bar.IsIndeterminate = totalBytes is null;
                await work(
                    (read, done) =>
                    {
                        bar.Value = totalBytes is null ? 0 : read;
                        bar.Description = FormattableString.Invariant($"{done:N0} commands");
                    },
                    line => console.WriteLine(line));
            });
    }
}
