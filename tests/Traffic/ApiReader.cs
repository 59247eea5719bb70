using System.Text.Json;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>Reads every command through the management API.</summary>
public static class ApiReader
{
    private const int PageLength = 500;
    private const int MaxAttempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Reads the queue and the history of every source server.</summary>
    /// <exception cref="InvalidOperationException">The broker does not answer, or its counters do not add up.</exception>
    public static async Task<FinalRead> ReadAsync(BrokerApi api, BrokerEndpoint broker, IEnumerable<string> servers)
    {
        var commands = new List<FinalCommand>();
        foreach (string server in servers)
        {
            JsonElement queue = await GetAsync(api, broker, $"/api/v1/sources/{server}/commands");
            List<FinalCommand> found = [.. queue.GetProperty("commands").EnumerateArray().Select(Read)];
            string? before = null;
            do
            {
                JsonElement page = await GetAsync(api, broker, $"/api/v1/sources/{server}/history?limit={PageLength}{(before is null ? "" : $"&before={before}")}");
                found.AddRange(page.GetProperty("commands").EnumerateArray().Select(Read));
                before = page.TryGetProperty("next_before", out JsonElement next) ? next.GetString() : null;
            }
            while (before is not null);

            long last = long.Parse(queue.GetProperty("last_command_id").GetString()!);
            long removed = queue.GetProperty("removed_count").GetInt64();
            if (found.Count + removed != last)
            {
                throw new InvalidOperationException($"{server} gave out {last} numbers; {found.Count} commands are there and {removed} were removed by retention.");
            }

            commands.AddRange(found);
        }

        return new FinalRead("api", commands);
    }

    private static FinalCommand Read(JsonElement command) => new()
    {
        Server = command.GetProperty("server_id").GetString()!,
        CommandId = long.Parse(command.GetProperty("command_id").GetString()!),
        Key = Text(command, "idempotency_key"),
        Hash = Payload.HashOf(command.GetProperty("command_param").GetRawText()),
        State = command.GetProperty("state").GetString()!,
        DeliveryCount = command.TryGetProperty("delivery_count", out JsonElement count) ? count.GetInt32() : 0,
        Result = Text(command, "result"),
    };

    private static string? Text(JsonElement command, string name) => command.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static async Task<JsonElement> GetAsync(BrokerApi api, BrokerEndpoint broker, string path)
    {
        ApiAnswer answer = await api.AsOperatorAsync(broker, HttpMethod.Get, path);
        for (int attempt = 1; answer.Outcome == EntryKind.Info && attempt < MaxAttempts; attempt++)
        {
            // A busy machine may need longer than a call is given; a long run must not end for that.
            await Task.Delay(Pause);
            answer = await api.AsOperatorAsync(broker, HttpMethod.Get, path);
        }

        return answer.IsOk ? answer.Body : throw new InvalidOperationException($"{path} answered {answer.Note}.");
    }
}
