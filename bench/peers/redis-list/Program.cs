// A Redis list per source server: enqueue pushes, poll moves to a list of what is outstanding, report drops that list's head.
// Nothing brings a lost lease back, nothing counts deliveries, a report's body is thrown away: it does less than the broker.
using System.Text;
using Peers;
using StackExchange.Redis;

ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(
    Environment.GetEnvironmentVariable("REDIS") ?? throw new InvalidOperationException("REDIS is missing: host:port,allowAdmin=true."));
IDatabase database = redis.GetDatabase();
WebApplication app = Shape.Build(args);
app.MapQueue(
    async server =>
    {
        RedisValue command = await database.ListMoveAsync("q:" + server, "o:" + server, ListSide.Left, ListSide.Right);
        return command.IsNull ? Shape.Idle : (ReadOnlyMemory<byte>)command;
    },
    async (server, body) =>
    {
        long length = await database.ListRightPushAsync("q:" + server, body);
        return Encoding.ASCII.GetBytes($$"""{"command_id":"{{length}}","server_id":"{{server}}","was_there":false}""");
    },
    async (server, _) => await database.ListLeftPopAsync("o:" + server));
app.MapPost("/reset", () => redis.GetServers()[0].FlushDatabaseAsync());
app.Run();
