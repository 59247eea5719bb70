using System.Data.Common;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>
/// Reads every command with one plain query, and decodes the stored bytes with a decoder of its own: what the broker believes of its
/// store, and what is really there, must not come from the same code.
/// </summary>
public static class StoreReader
{
    private const string Everything = """
        select s.server_id, c.seq, c.state, c.delivery_count, c.payload, c.outcome
        from command c join source_server s on s.source_no = c.source_no
        """;

    private static readonly string[] States =
        ["pending", "leased", "succeeded", "failed", "dead_lettered", "cancelled", "expired", "superseded", "delivered"];

    /// <summary>Reads the store of a broker that has stopped.</summary>
    /// <param name="connection">A connection to its database, not yet open. The caller disposes it.</param>
    public static async Task<FinalRead> ReadAsync(DbConnection connection)
    {
        await connection.OpenAsync();
        await using DbCommand query = connection.CreateCommand();
        query.CommandText = Everything;
        await using DbDataReader row = await query.ExecuteReaderAsync();
        var commands = new List<FinalCommand>();
        while (await row.ReadAsync())
        {
            var payload = new StoredBytes((byte[])row.GetValue(4));
            (string param, string? key) = payload.ReadParamAndKey();
            commands.Add(new FinalCommand
            {
                Server = row.GetString(0),
                CommandId = row.GetInt64(1),
                State = States[row.GetInt32(2)],
                DeliveryCount = row.GetInt32(3),
                Hash = Payload.HashOf(param),
                Key = key,
                Result = row.IsDBNull(5) ? null : new StoredBytes((byte[])row.GetValue(5)).ReadResult(),
            });
        }

        return new FinalRead("sql", commands);
    }
}
