using CommandBroker.Chaos.Cluster;
using CommandBroker.Traffic;
using Npgsql;

namespace CommandBroker.Chaos.Faults;

/// <summary>A command that the store has as handed out.</summary>
/// <param name="Server">Its source server.</param>
/// <param name="CommandId">Its number.</param>
/// <param name="DeliveryCount">How often it was handed out.</param>
internal sealed record StoredLease(string Server, long CommandId, int DeliveryCount)
{
    // 1 is "leased" in the column.
    private const string Leases = "select s.server_id, c.seq, c.delivery_count from command c join source_server s using (source_no) where c.ended_at is null and c.state = 1";

    /// <summary>Whether no agent has seen this delivery.</summary>
    public bool IsUnseen(Clients clients) => clients.SeenDelivery(Server, CommandId) < DeliveryCount;

    /// <summary>Reads all of them, past the broker.</summary>
    public static async Task<StoredLease[]> ReadAsync(Database database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var query = new NpgsqlCommand(Leases, connection);
        await using NpgsqlDataReader row = await query.ExecuteReaderAsync();
        var leases = new List<StoredLease>();
        while (await row.ReadAsync())
        {
            leases.Add(new StoredLease(row.GetString(0), row.GetInt64(1), row.GetInt32(2)));
        }

        return [.. leases];
    }
}
