using System.Globalization;
using System.Net;

namespace CommandBroker.Herd;

/// <summary>What to do, from the command line: <c>register|visit|herd|steady|life --name value …</c>.</summary>
internal sealed record HerdOptions
{
    public required string Mode { get; init; }

    /// <summary>Where the balancer listens.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>For registering the operator's, for polling the agents'.</summary>
    public required string Token { get; init; }

    /// <summary>What enqueues, where commands are.</summary>
    public string OperatorToken { get; init; } = "";

    /// <summary>Source servers, each with an agent of its own.</summary>
    public int AgentCount { get; init; } = 100_000;

    /// <summary>The number of the first one: several processes share a herd, as each may open so many files only.</summary>
    public int FirstAgent { get; init; }

    /// <summary>What their ids begin with.</summary>
    public string Prefix { get; init; } = "herd-";

    /// <summary>Connections that are used again and again, where agents do not have one each.</summary>
    public int ConnectionCount { get; init; } = 64;

    /// <summary>Polls, or lives of a command, a second of a steady load; 0 means as many as go.</summary>
    public double PollsPerSecond { get; init; }

    /// <summary>When a herd sets out, in milliseconds since 1970, so that several processes do so together, started and compiled; 0 means at once.</summary>
    public long SetOutAt { get; init; }

    /// <summary>How long a steady load lasts, and at most a herd.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(120);

    public static HerdOptions Parse(string[] args)
    {
        var named = new Dictionary<string, string>();
        for (int at = 1; at + 1 < args.Length; at += 2)
        {
            named[args[at].TrimStart('-')] = args[at + 1];
        }

        return new HerdOptions
        {
            Mode = args[0],
            Target = IPEndPoint.Parse(named["target"]),
            Token = named["token"],
            OperatorToken = named.GetValueOrDefault("operator", ""),
            AgentCount = int.Parse(named.GetValueOrDefault("agents", "100000"), CultureInfo.InvariantCulture),
            FirstAgent = int.Parse(named.GetValueOrDefault("first", "0"), CultureInfo.InvariantCulture),
            Prefix = named.GetValueOrDefault("prefix", "herd-"),
            ConnectionCount = int.Parse(named.GetValueOrDefault("connections", "64"), CultureInfo.InvariantCulture),
            PollsPerSecond = double.Parse(named.GetValueOrDefault("rate", "0"), CultureInfo.InvariantCulture),
            SetOutAt = long.Parse(named.GetValueOrDefault("at", "0"), CultureInfo.InvariantCulture),
            Duration = TimeSpan.FromSeconds(double.Parse(named.GetValueOrDefault("seconds", "120"), CultureInfo.InvariantCulture)),
        };
    }

    public string ServerOf(int agent) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{FirstAgent + agent:D6}");

    public string PollOf(int agent, bool keep) =>
        $"GET /v3/sources/{ServerOf(agent)}/command HTTP/1.1\r\nHost: broker\r\nX-Auth-Token: {Token}\r\n{(keep ? "" : "Connection: close\r\n")}\r\n";

    /// <summary>What costs the cluster nothing, for the compiler of this process to learn from.</summary>
    public static string Greeting => "GET /livez HTTP/1.1\r\nHost: broker\r\nConnection: close\r\n\r\n";

    public string RegistrationOf(int agent) =>
        Post("/v3/sources", Token, $$"""{"id":"{{ServerOf(agent)}}","name":"herd","os_type":"LINUX"}""");

    /// <summary>A command is enqueued, handed out and reported.</summary>
    public string[] LifeOf(int agent) =>
    [
        Post($"/api/v1/sources/{ServerOf(agent)}/commands", OperatorToken, """{"command_name":"START","command_param":{"task_id":"7c9a1f52-66f0-4a0f-8f0d-2f3c1f7b0a11"}}"""),
        PollOf(agent, keep: true),
        Post($"/v3/sources/{ServerOf(agent)}/command_result", Token, """{"command_name":"START","result":"success","result_detail":{"msg":"done"}}"""),
    ];

    private static string Post(string path, string token, string body) =>
        $"POST {path} HTTP/1.1\r\nHost: broker\r\nX-Auth-Token: {token}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
