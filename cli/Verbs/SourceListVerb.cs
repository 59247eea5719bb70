using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker source list</c>.</summary>
internal static class SourceListVerb
{
    public static Command Create(CliHost host)
    {
        var limit = new Option<int>("--limit") { Description = "The most to show, 1 to 1000", HelpName = "COUNT", DefaultValueFactory = _ => 100 };
        var offset = new Option<long>("--offset") { Description = "How many to pass over", HelpName = "COUNT", DefaultValueFactory = _ => 0 };
        var quarantined = new Option<bool>("--quarantined") { Description = "Only those whose commands cannot be read, with the reason" };
        var name = new Option<string?>("--name") { Description = "Only names that contain this text", HelpName = "TEXT" };
        var verb = new Command("list", "Lists source servers in the order of registration.") { limit, offset, quarantined, name };
        verb.SetAction(async (parsed, cancel) =>
        {
            using CliSession session = CliSession.Open(parsed, host);
            var query = new SourceServerQuery
            {
                Limit = parsed.GetValue(limit),
                Offset = parsed.GetValue(offset),
                Quarantined = parsed.GetValue(quarantined) ? true : null,
                NameContains = parsed.GetValue(name),
            };
            SourceServerListView list = await session.Sources.ListAsync(query, cancel);
            var record = new SourceServerListRecord
            {
                Count = list.TotalCount,
                SourceServers = [.. list.Servers.Select(server => server.ToWire(withReason: true))],
            };
            session.Answer.WriteList(
                record,
                WireJson.Readable.SourceServerListRecord,
                record.SourceServers,
                WireJson.Readable.SourceServerRecord,
                output => WriteTable(list, query, output),
                More(list, query));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void WriteTable(SourceServerListView list, SourceServerQuery query, TextWriter output)
    {
        if (list.Servers.IsEmpty)
        {
            output.WriteLine(FormattableString.Invariant($"None of {list.TotalCount:N0}."));
            return;
        }

        var table = new TextTable("ID", "NAME", "OS", "CONNECTED", "LAST VISIT", "QUARANTINED");
        foreach (SourceServerView server in list.Servers)
        {
            table.Add(
                server.ServerId,
                server.Name,
                server.OsType,
                server.Connected ? "yes" : "no",
                CommandTable.Instant(server.LastVisitAt) ?? "never",
                server.QuarantineReason ?? "no");
        }

        table.WriteTo(output);
        if (More(list, query) is { } more)
        {
            output.WriteLine();
            long last = query.Offset + list.Servers.Length;
            output.WriteLine(FormattableString.Invariant($"{query.Offset + 1:N0} to {last:N0} of {list.TotalCount:N0}; more: {more}"));
        }
    }

    // How to get the next page; null on the last one.
    private static string? More(SourceServerListView list, SourceServerQuery query)
    {
        long last = query.Offset + list.Servers.Length;
        return !list.Servers.IsEmpty && last < list.TotalCount ? FormattableString.Invariant($"--offset {last}") : null;
    }
}
