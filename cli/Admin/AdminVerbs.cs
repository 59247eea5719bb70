using System.CommandLine;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Output;
using CommandBroker.Storage;

namespace CommandBroker.Cli.Admin;

/// <summary><c>cbroker admin verify|backup|restored</c>: work on a store itself, with or without a broker on it.</summary>
internal static class AdminVerbs
{
    private const string StoreHelp = "A SQLite file, a data directory, or an Npgsql connection string; keep the password out of it (PGPASSWORD, PGPASSFILE)";

    public static Command Create(CliHost host) => new("admin", "Works on a store itself: checks it, copies it, makes a restored one fit for use.")
    {
        VerifyVerb.Create(host),
        Backup(host),
        Restored(host),
    };

    public static Argument<string> Store() => new("STORE") { Description = StoreHelp };

    /// <summary>What a person named; a fault of it is one of usage.</summary>
    public static async Task<int> WithStoreAsync(string text, CliHost host, Func<StoreLocation, Task<int>> work)
    {
        try
        {
            return await work(StoreLocation.Parse(text));
        }
        catch (ArgumentException fault)
        {
            await host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            return ExitCode.Usage;
        }
        catch (InvalidOperationException fault)
        {
            await host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            return ExitCode.Refused;
        }
        catch (StoreUnavailableException fault)
        {
            await host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            return ExitCode.Unreachable;
        }
    }

    private static Command Backup(CliHost host)
    {
        Argument<string> store = Store();
        var target = new Argument<string>("FILE") { Description = "The file to make" };
        var verb = new Command("backup", "Copies a SQLite store into a new file; a broker may run on it meanwhile. PostgreSQL has pg_dump.") { store, target };
        verb.SetAction((parsed, cancel) => WithStoreAsync(parsed.GetValue(store)!, host, async location =>
        {
            await StoreMaintenance.BackupAsync(location, parsed.GetValue(target)!, cancel);
            new AnswerWriter(host.Out, host.Error, GlobalOptions.FormatOf(parsed)).WriteForPrograms(new JsonObject { ["file"] = parsed.GetValue(target)! });
            return ExitCode.Ok;
        }));
        return verb;
    }

    private static Command Restored(CliHost host)
    {
        Argument<string> store = Store();
        var verb = new Command(
            "restored",
            "Says that a store was put back from a copy of its files: numbers go on above all that were given out since. Needed after a base backup, a "
            + "snapshot of the disk, a standby that was behind, or a copied SQLite file, with every broker stopped; a dump and 'admin backup' see to it themselves.") { store };
        verb.SetAction((parsed, cancel) => WithStoreAsync(parsed.GetValue(store)!, host, async location =>
        {
            long count = await StoreMaintenance.RaiseNumbersAsync(location, host.Time.GetUtcNow(), cancel);
            new AnswerWriter(host.Out, host.Error, GlobalOptions.FormatOf(parsed)).WriteFacts(
                FormattableString.Invariant($"Numbers raised for {count} source servers."), new JsonObject { ["raised_count"] = count });
            return ExitCode.Ok;
        }));
        return verb;
    }
}
