// One PostgreSQL table, as most teams build a queue. MODE=delete: a poll deletes the oldest row (SKIP LOCKED), a report has nothing to do.
// MODE=lease: a poll hides it for 30 s, a report deletes the oldest hidden row of that name. Each call is one flushed transaction.
using System.Text;
using System.Text.Json;
using Npgsql;
using Peers;

bool leases = Environment.GetEnvironmentVariable("MODE") == "lease";
string connection = Environment.GetEnvironmentVariable("POSTGRES") ?? throw new InvalidOperationException("POSTGRES is missing: a connection string.");
await using NpgsqlDataSource database = new NpgsqlSlimDataSourceBuilder(
    new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = 16, MaxAutoPrepare = 8, AutoPrepareMinUsages = 2, NoResetOnClose = true }.ConnectionString).Build();

await using (NpgsqlCommand schema = database.CreateCommand("""
    CREATE TABLE IF NOT EXISTS queue (
        seq          bigint GENERATED ALWAYS AS IDENTITY,
        server_id    text NOT NULL,
        name         text NOT NULL,
        body         text NOT NULL,
        hidden_until timestamptz NOT NULL DEFAULT '-infinity',
        deliveries   int NOT NULL DEFAULT 0,
        PRIMARY KEY (server_id, seq)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)
    """))
{
    await schema.ExecuteNonQueryAsync();
}

const string Insert = "INSERT INTO queue (server_id, name, body) VALUES ($1, $2, $3) RETURNING seq";
const string Delete = """
    DELETE FROM queue WHERE server_id = $1 AND seq = (
        SELECT seq FROM queue WHERE server_id = $1 ORDER BY seq FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING body
    """;
const string Lease = """
    UPDATE queue SET hidden_until = now() + interval '30 seconds', deliveries = deliveries + 1 WHERE server_id = $1 AND seq = (
        SELECT seq FROM queue WHERE server_id = $1 AND hidden_until <= now() ORDER BY seq FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING body
    """;
const string End = """
    DELETE FROM queue WHERE server_id = $1 AND seq = (
        SELECT seq FROM queue WHERE server_id = $1 AND name = $2 AND hidden_until > now() ORDER BY seq FOR UPDATE SKIP LOCKED LIMIT 1)
    """;

NpgsqlCommand Prepare(string sql, params ReadOnlySpan<string> values)
{
    NpgsqlCommand command = database.CreateCommand(sql);
    foreach (string value in values)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
    }

    return command;
}

static string NameOf(ReadOnlyMemory<byte> body)
{
    using JsonDocument document = JsonDocument.Parse(body);
    return document.RootElement.GetProperty("command_name").GetString()!;
}

WebApplication app = Shape.Build(args);
app.MapQueue(
    async server =>
    {
        await using NpgsqlCommand command = Prepare(leases ? Lease : Delete, server);
        return await command.ExecuteScalarAsync() is string body ? Encoding.UTF8.GetBytes(body) : Shape.Idle;
    },
    async (server, body) =>
    {
        await using NpgsqlCommand command = Prepare(Insert, server, NameOf(body), Encoding.UTF8.GetString(body.Span));
        object? seq = await command.ExecuteScalarAsync();
        return Encoding.ASCII.GetBytes($$"""{"command_id":"{{seq}}","server_id":"{{server}}","was_there":false}""");
    },
    async (server, body) =>
    {
        if (leases)
        {
            await using NpgsqlCommand command = Prepare(End, server, NameOf(body));
            await command.ExecuteNonQueryAsync();
        }
    });
app.MapPost("/reset", async () =>
{
    await using NpgsqlCommand command = database.CreateCommand("TRUNCATE queue");
    await command.ExecuteNonQueryAsync();
});
app.Run();
