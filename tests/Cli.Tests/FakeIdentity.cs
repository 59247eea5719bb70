using System.Collections.Concurrent;
using System.Text.Json;
using CommandBroker.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CommandBroker.Cli.Tests;

/// <summary>The identity part of <see cref="FakeBroker"/>: signs in one user, knows two more, and keeps what it was asked.</summary>
internal sealed class FakeIdentity
{
    public const string Password = "correct horse";
    public const string SecretKey = "secret-key-that-is-shown-once-0000000000";
    public const string UserId = "0123456789abcdef0123456789abcdef";

    private const string User =
        $$"""{"id":"{{UserId}}","name":"ada","domain_id":"d","domain_name":"default","project_id":"p","project_name":"team","domain_wide":false,"roles":["admin"],"enabled":true,"created_at":"2026-03-01T12:00:00Z"}""";

    private const string Key =
        $$"""{"access_key":"AK1","user":{{User}},"description":"for tests","enabled":true,"created_at":"2026-03-01T12:00:00Z","temporary":false}""";

    private const string Project = """{"id":"p","name":"team","domain_id":"d","enabled":true,"max_source_servers":5}""";

    private readonly ConcurrentDictionary<string, bool> _tokens = new() { [FakeBroker.Token] = true };

    /// <summary>Method, path and body of what changed something, in the order of arrival.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>What proved the caller, for every request but sign-ins.</summary>
    public ConcurrentQueue<(string Token, string Authorization, string Project)> Callers { get; } = [];

    /// <summary>What the exchange of the master key is doing when it is begun; asked for, it is done.</summary>
    public string ReencryptionState { get; set; } = "done";

    /// <summary>How long an issued token lasts.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    public bool Admits(HttpContext context)
    {
        if (context.Request.Path == "/v3/auth/tokens")
        {
            return true;
        }

        IHeaderDictionary headers = context.Request.Headers;
        Callers.Enqueue((headers["X-Auth-Token"].ToString(), headers.Authorization.ToString(), headers["X-Project-Id"].ToString()));
        return _tokens.ContainsKey(headers["X-Auth-Token"].ToString())
            || headers.Authorization.ToString().StartsWith("SDK-HMAC-SHA256 Access=AK1, ", StringComparison.Ordinal);
    }

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v3/auth/tokens", SignInAsync);
        app.MapDelete("/v3/auth/tokens", RevokeAsync);
        app.MapGet("/api/v1/users", (HttpContext context) => AnswerAsync(
            context, context.Request.Query["name"].ToString() is "" or "ada" ? $$"""{"users":[{{User}}]}""" : """{"users":[]}"""));
        app.MapPost("/api/v1/users", (HttpContext context) => ChangeAsync(context, User));
        app.MapPatch("/api/v1/users/{id}", (HttpContext context) => ChangeAsync(context, User));
        app.MapDelete("/api/v1/users/{id}", (HttpContext context) => ChangeAsync(context, "{}"));
        app.MapGet("/api/v1/keys", (HttpContext context) => AnswerAsync(context, $$"""{"keys":[{{Key}}]}"""));
        app.MapPatch("/api/v1/keys/{key}", (HttpContext context) => ChangeAsync(context, Key));
        app.MapDelete("/api/v1/keys/{key}", (HttpContext context) => ChangeAsync(context, "{}"));
        foreach (string route in (string[])["/api/v1/keys", "/api/v1/keys/{key}/rotate", "/api/v1/sources/{id}/agent-key"])
        {
            app.MapPost(route, (HttpContext context) => ChangeAsync(context, $$"""{"access_key":"AK1","secret_key":"{{SecretKey}}","key":{{Key}} }"""));
        }

        app.MapGet("/v3/projects", (HttpContext context) => AnswerAsync(context, $$"""{"projects":[{{Project}}],"links":{} }"""));
        app.MapGet("/api/v1/projects", (HttpContext context) => AnswerAsync(context, $$"""{"projects":[{{Project}}]}"""));
        app.MapGet("/api/v1/projects/p", (HttpContext context) => AnswerAsync(context, Project));
        app.MapPost("/api/v1/projects", (HttpContext context) => ChangeAsync(context, Project));
        app.MapPost("/api/v1/domains", (HttpContext context) => ChangeAsync(context, """{"id":"d","name":"north","enabled":true}"""));
        app.MapPatch("/api/v1/projects/{id}", (HttpContext context) => ChangeAsync(context, Project));
        app.MapGet("/api/v1/audit", (HttpContext context) => AnswerAsync(
            context,
            $$"""{"events":[{"audit_id":"7","at":"2026-03-01T12:00:00Z","action":"key.created","actor":"ada","domain_id":"d","subject":"AK1","remote_address":"10.0.0.1","detail":{{JsonSerializer.Serialize(context.Request.QueryString.Value)}} }]}"""));
        app.MapPost("/api/v1/identity/{verb}", (HttpContext context) => ChangeAsync(
            context, $$"""{"state":"{{ReencryptionState}}","reencrypted_count":3,"remaining_count":1}"""));
        app.MapGet("/api/v1/identity/reencrypt", (HttpContext context) => AnswerAsync(
            context, """{"state":"done","reencrypted_count":4,"remaining_count":0}"""));
        foreach (string family in (string[])["users", "projects", "domains", "keys"])
        {
            app.MapFallback($"/api/v1/{family}/{{id}}", (HttpContext context) =>
                AnswerAsync(context, """{"detail":"There is no such thing.","reason":"unknown_identity"}""", 404, ProblemRecord.MediaType));
        }
    }

    private async Task SignInAsync(HttpContext context)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        if (!body.RootElement.GetRawText().Contains($"\"{Password}\"", StringComparison.Ordinal))
        {
            await AnswerAsync(context, """{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}""", 401);
            return;
        }

        Calls.Enqueue($"SIGN IN {body.RootElement.GetRawText().Replace(Password, "*", StringComparison.Ordinal)}");
        string token = $"issued-{_tokens.Count}";
        _tokens[token] = true;
        context.Response.Headers["X-Subject-Token"] = token;
        string ends = JsonSerializer.Serialize(DateTimeOffset.UtcNow + Lifetime);
        await AnswerAsync(context, $$"""{"token":{"project":{"id":"p","name":"team"},"expires_at":{{ends}} } }""", 201);
    }

    private async Task RevokeAsync(HttpContext context)
    {
        string token = context.Request.Headers["X-Subject-Token"].ToString();
        bool wasThere = _tokens.TryRemove(token, out _);
        Calls.Enqueue($"REVOKE {token}");
        await AnswerAsync(context, "", wasThere ? 204 : 401);
    }

    private async Task ChangeAsync(HttpContext context, string answer)
    {
        using var reader = new StreamReader(context.Request.Body);
        Calls.Enqueue($"{context.Request.Method} {context.Request.Path} {await reader.ReadToEndAsync()}".TrimEnd());
        await AnswerAsync(context, answer, context.Request.Method == "POST" ? 201 : 200);
    }

    private static async Task AnswerAsync(HttpContext context, string text, int status = 200, string mediaType = "application/json")
    {
        context.Response.StatusCode = status;
        if (text.Length > 0)
        {
            context.Response.ContentType = mediaType;
            await context.Response.WriteAsync(text);
        }
    }
}
