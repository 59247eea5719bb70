using System.Text.Json.Nodes;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Verbs;

/// <summary>Deletes source servers one after the other, and says what was done however it ends.</summary>
internal sealed class SourceDeletions(CliSession session, string[] servers)
{
    private readonly List<string> _deleted = [];
    private readonly List<string> _refused = [];
    private readonly List<string> _unknown = [];
    private readonly JsonArray _refusals = [];
    private int _begun;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        int worst = ExitCode.Ok;
        foreach (string server in servers)
        {
            _begun++;
            try
            {
                await session.Sources.DeleteAsync(server, cancellationToken);
                _deleted.Add(server);
            }
            catch (BrokerException fault)
            {
                await session.Host.Error.WriteLineAsync($"cbroker: {server}: {fault.Message}");
                int code = ExitCode.Of(fault.Reason);
                Note(server, fault);
                if (code is not (ExitCode.Refused or ExitCode.NotFound))
                {
                    return await StopAsync("Stopped", code);
                }

                // A refusal weighs more than one that is not there, whichever came last.
                worst = worst == ExitCode.Refused ? worst : code;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                _unknown.Add(server);
                return await StopAsync("Interrupted", ExitCode.Interrupted);
            }
        }

        WriteFacts();
        return worst;
    }

    private void Note(string server, BrokerException fault)
    {
        if (ExitCode.Of(fault.Reason) is ExitCode.Unreachable or ExitCode.BrokerFault)
        {
            _unknown.Add(server);
            return;
        }

        _refused.Add(server);
        _refusals.Add(new JsonObject { ["server_id"] = server, ["reason"] = WireName.Of(fault.Reason), ["message"] = fault.Message });
    }

    private async Task<int> StopAsync(string how, int code)
    {
        (string Title, IReadOnlyCollection<string> Ids)[] all =
            [("Deleted", _deleted), ("Refused", _refused), ("Deleted or not", _unknown), ("Not tried", servers[_begun..])];
        IEnumerable<string> parts = all.Where(part => part.Ids.Count > 0).Select(part => $" {part.Title}: {string.Join(", ", part.Ids)}.");
        await session.Host.Error.WriteLineAsync($"cbroker: {how}.{string.Concat(parts)}");
        WriteFacts();
        return code;
    }

    private void WriteFacts() => session.Answer.WriteForPrograms(new JsonObject
    {
        ["deleted"] = ArrayOf(_deleted),
        ["refused"] = _refusals,
        ["unknown"] = ArrayOf(_unknown),
        ["not_tried"] = ArrayOf(servers[_begun..]),
    });

    private static JsonArray ArrayOf(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode?)JsonValue.Create(text))];
}
