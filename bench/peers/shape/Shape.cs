using System.Security.Cryptography;
using System.Text;

namespace Peers;

/// <summary>What every peer has in common with the broker: three routes, a token check, and the answers' form.</summary>
public static class Shape
{
    public static readonly byte[] Idle = """{"command_name":"SKIP","command_param":{}}"""u8.ToArray();
    public static readonly byte[] Reported = "{}"u8.ToArray();
    private static readonly byte[] Token = Encoding.ASCII.GetBytes(Environment.GetEnvironmentVariable("PEER_TOKEN") ?? "peer-token");

    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(options => options.AddServerHeader = false);
        return builder.Build();
    }

    public static void MapQueue(
        this WebApplication app,
        Func<string, ValueTask<ReadOnlyMemory<byte>>> poll,
        Func<string, ReadOnlyMemory<byte>, ValueTask<ReadOnlyMemory<byte>>> enqueue,
        Func<string, ReadOnlyMemory<byte>, ValueTask> report)
    {
        app.MapGet("/v3/sources/{serverId}/command", async (HttpContext http, string serverId) =>
        {
            if (IsAllowed(http))
            {
                await AnswerAsync(http, 200, await poll(serverId));
            }
        });
        app.MapPost("/api/v1/sources/{serverId}/commands", async (HttpContext http, string serverId) =>
        {
            if (IsAllowed(http))
            {
                await AnswerAsync(http, 201, await enqueue(serverId, await ReadAsync(http)));
            }
        });
        app.MapPost("/v3/sources/{serverId}/command_result", async (HttpContext http, string serverId) =>
        {
            if (IsAllowed(http))
            {
                await report(serverId, await ReadAsync(http));
                await AnswerAsync(http, 200, Reported);
            }
        });
    }

    private static bool IsAllowed(HttpContext http)
    {
        string given = http.Request.Headers["X-Auth-Token"].ToString();
        Span<byte> bytes = stackalloc byte[Token.Length];
        if (given.Length == Token.Length && Encoding.ASCII.GetBytes(given, bytes) == Token.Length && CryptographicOperations.FixedTimeEquals(bytes, Token))
        {
            return true;
        }

        http.Response.StatusCode = 401;
        return false;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http)
    {
        var body = new byte[(int)(http.Request.ContentLength ?? 0)];
        await http.Request.Body.ReadExactlyAsync(body);
        return body;
    }

    private static Task AnswerAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body).AsTask();
    }
}
