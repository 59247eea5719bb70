using System.Diagnostics;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Chaos.Faults;

/// <summary>
/// The stored bytes of one open command are no longer what they were: a flipped bit, a missing end, nothing at all, or an unknown version.
/// Its version rises with it, so that the silo which holds it in memory notices at its next write and reads it anew.
/// </summary>
internal sealed class SpoiltRow : IFault
{
    private static readonly (string Name, string Sql)[] Ways =
    [
        ("a flipped bit", "set_byte(c.payload, length(c.payload) / 2, get_byte(c.payload, length(c.payload) / 2) # 16)"),
        ("a missing end", "substring(c.payload for length(c.payload) / 2)"),
        ("NULL", "null::bytea"),
        ("version 99", "set_byte(c.payload, 0, 99)"),
    ];

    private static readonly TimeSpan VictimTimeout = TimeSpan.FromSeconds(20);
    private static int _next = -1;

    private (string Name, string Sql) _way;
    private (string Server, long SourceNo, long Id, byte[] Payload)? _victim;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(7);

    /// <inheritdoc/>
    public async Task InjectAsync(Scene scene)
    {
        _way = Ways[Interlocked.Increment(ref _next) % Ways.Length];
        TimeSpan deadline = scene.Clients.Recorder.Elapsed + VictimTimeout;
        while (_victim is null && scene.Clients.Recorder.Elapsed < deadline)
        {
            await SpoilAsync(scene);
            await Task.Delay(20);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ProveAsync(Scene scene)
    {
        if (_victim is not { } victim)
        {
            return null;
        }

        Clients clients = scene.Clients;
        ApiAnswer poll = await clients.Api.AsAgentAsync(scene.Cluster.Endpoint, HttpMethod.Get, $"/v3/sources/{victim.Server}/command", "{}");
        ApiAnswer list = await clients.Api.AsOperatorAsync(scene.Cluster.Endpoint, HttpMethod.Get, "/v3/sources?state=error&limit=100");
        string[] listed = list.IsOk ? [.. list.Body.GetProperty("source_servers").EnumerateArray().Select(server => server.GetProperty("id").GetString()!)] : [];
        long second = Stopwatch.GetTimestamp() - (2 * Stopwatch.Frequency);
        int served = clients.Servers.Count(server => server != victim.Server && clients.AnsweredAt(server) > second);
        string? untouched = await scene.Cluster.Database.AskAsync(
            $"select 1 from command c where source_no = {victim.SourceNo} and seq = {victim.Id} and payload is not distinct from (select {_way.Sql.Replace("c.payload", "o.payload")} from (select '\\x{Convert.ToHexString(victim.Payload)}'::bytea as payload) o)");
        bool proven = poll.Status == 500 && listed is [var only] && only == victim.Server && served == clients.Servers.Count - 1 && untouched == "1";
        return proven ? $"{_way.Name} in command {victim.Id} of {victim.Server}: it alone was listed as quarantined and answered 500, {served} others were served, its bytes stayed as they were"
            : throw new InvalidOperationException($"{_way.Name} in command {victim.Id} of {victim.Server}: its poll answered {poll.Note}, quarantined were [{string.Join(", ", listed)}], {served} others were served, bytes untouched: {untouched ?? "no"}.");
    }

    /// <inheritdoc/>
    public async Task HealAsync(Scene scene)
    {
        if (_victim is { } victim)
        {
            await scene.Cluster.Database.AskAsync($"update command set payload = '\\x{Convert.ToHexString(victim.Payload)}' where source_no = {victim.SourceNo} and seq = {victim.Id}");
        }
    }

    private async Task SpoilAsync(Scene scene)
    {
        await using var connection = new NpgsqlConnection(scene.Cluster.Database.ConnectionString);
        await connection.OpenAsync();
        await using var spoil = new NpgsqlCommand($"""
            with victim as (select source_no, seq, payload from command where ended_at is null and state = 1 limit 1 for update)
            update command c set version = c.version + 100, payload = {_way.Sql}
            from victim v join source_server s on s.source_no = v.source_no
            where c.source_no = v.source_no and c.seq = v.seq
            returning s.server_id, c.source_no, c.seq, v.payload
            """, connection);
        await using NpgsqlDataReader row = await spoil.ExecuteReaderAsync();
        if (await row.ReadAsync())
        {
            _victim = (row.GetString(0), row.GetInt64(1), row.GetInt64(2), (byte[])row.GetValue(3));
        }
    }
}
