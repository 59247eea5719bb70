using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>
/// As much of a Keystone as the Identity API v3 documents of <c>/v3/auth/tokens</c>: sign-in by password and by application credential, validation of a
/// subject token, and its errors.
/// </summary>
internal sealed class StubKeystone : IAsyncDisposable
{
    public const string Password = "service-secret";
    public const string ApplicationCredentialId = "a9c1";
    public const string ApplicationCredentialSecret = "application-secret";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _services = new(StringComparer.Ordinal);
    private StubHost? _host;
    private int _signIns;
    private int _refusedSignIns;
    private int _validations;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ConcurrentDictionary<string, StubToken> Tokens { get; } = new(StringComparer.Ordinal);

    public string ExpectedPassword { get; set; } = Password;

    /// <summary>Takes a request before it is answered; true when it has been dealt with.</summary>
    public Func<HttpContext, Task<bool>>? InFront { get; set; }

    /// <summary>Cuts every connection.</summary>
    public bool IsDown { get; set; }

    public TimeSpan ServiceLifetime { get; set; } = TimeSpan.FromHours(1);

    public Uri Uri => _host!.Uri;

    public int SignIns => Volatile.Read(ref _signIns);

    public int RefusedSignIns => Volatile.Read(ref _refusedSignIns);

    public int Validations => Volatile.Read(ref _validations);

    public string LastSignIn { get; private set; } = "";

    public async Task<StubKeystone> StartAsync()
    {
        _host = await StubHost.StartAsync(HandleAsync);
        return this;
    }

    /// <summary>Forgets the tokens in whose names it was asked.</summary>
    public void ForgetServices() => _services.Clear();

    public ValueTask DisposeAsync() => _host!.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Abort();
            return;
        }

        if (InFront is { } inFront && await inFront(context))
        {
            return;
        }

        await ((context.Request.Path.Value, context.Request.Method) switch
        {
            ("/v3/auth/tokens", "POST") => SignInAsync(context),
            ("/v3/auth/tokens", "GET") => ValidateAsync(context),
            _ => WriteErrorAsync(context, 404, "Could not find the route."),
        });
    }

    private async Task SignInAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        LastSignIn = await reader.ReadToEndAsync();
        using JsonDocument body = JsonDocument.Parse(LastSignIn);
        JsonElement identity = body.RootElement.GetProperty("auth").GetProperty("identity");
        bool isRight = identity.GetProperty("methods")[0].GetString() switch
        {
            "password" => identity.GetProperty("password").GetProperty("user").GetProperty("password").GetString() == ExpectedPassword,
            "application_credential" => identity.GetProperty("application_credential").GetProperty("secret").GetString() == ApplicationCredentialSecret,
            _ => false,
        };
        if (!isRight)
        {
            Interlocked.Increment(ref _refusedSignIns);
            await WriteErrorAsync(context, 401, "The request you have made requires authentication.");
            return;
        }

        string token = $"service-{Interlocked.Increment(ref _signIns)}";
        DateTimeOffset end = Clock.GetUtcNow() + ServiceLifetime;
        _services[token] = end;
        context.Response.Headers["X-Subject-Token"] = token;
        await WriteAsync(context, 201, new { token = new { methods = new[] { "password" }, expires_at = Text(end), issued_at = Text(Clock.GetUtcNow()), user = new { id = "s", name = "broker" } } });
    }

    private Task ValidateAsync(HttpContext context)
    {
        if (!_services.TryGetValue(context.Request.Headers["X-Auth-Token"].ToString(), out DateTimeOffset end) || Clock.GetUtcNow() >= end)
        {
            return WriteErrorAsync(context, 401, "The request you have made requires authentication.");
        }

        Interlocked.Increment(ref _validations);
        return Tokens.TryGetValue(context.Request.Headers["X-Subject-Token"].ToString(), out StubToken? token) && Clock.GetUtcNow() < token.ExpiresAt
            ? WriteAsync(context, 200, new { token = Describe(token) })
            : WriteErrorAsync(context, 404, "Failed to validate token");
    }

    private static Dictionary<string, object> Describe(StubToken token)
    {
        object? domain = token.DomainId is null ? null : new { id = token.DomainId, name = "name-of-" + token.DomainId };
        var described = new Dictionary<string, object>
        {
            ["methods"] = new[] { "password" },
            ["expires_at"] = Text(token.ExpiresAt),
            ["issued_at"] = Text(DateTimeOffset.UnixEpoch),
            ["audit_ids"] = new[] { "3T2dc1CGQxyJsHdDu1xkcw" },
            ["user"] = new { id = token.UserId, name = token.UserName, domain = new { id = "default", name = "Default" }, password_expires_at = (string?)null },
        };
        if (token.ProjectId is { } project)
        {
            described["project"] = new { id = project, name = "name-of-" + project, domain };
            described["is_domain"] = false;
        }
        else if (domain is not null)
        {
            described["domain"] = domain;
        }

        if (token.Roles.Length > 0)
        {
            described["roles"] = token.Roles.Select(role => new { id = role + "-id", name = role });
        }

        return described;
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static Task WriteErrorAsync(HttpContext context, int status, string message) =>
        WriteAsync(context, status, new { error = new { code = status, message, title = "Error" } });

    private static async Task WriteAsync(HttpContext context, int status, object body)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body);
    }
}
