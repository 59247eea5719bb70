// The ceiling: the routes, the token check and the answers, with nothing behind them.
using Peers;

ReadOnlyMemory<byte> created = """{"command_id":"1","server_id":"f32ab4d6-d150-4fb3-aa55-000000000000","was_there":false}"""u8.ToArray();
WebApplication app = Shape.Build(args);
app.MapQueue(
    _ => ValueTask.FromResult<ReadOnlyMemory<byte>>(Shape.Idle),
    (_, _) => ValueTask.FromResult(created),
    (_, _) => ValueTask.CompletedTask);
app.Run();
