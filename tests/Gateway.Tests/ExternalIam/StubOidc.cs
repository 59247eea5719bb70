using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>As much of an OpenID provider as OpenID Connect Discovery 1.0 and RFC 7517 say of its keys; it makes tokens as RFC 7515 says.</summary>
internal sealed class StubOidc : IAsyncDisposable
{
    public const string Audience = "command-broker";

    private readonly List<(string Id, ECDsa Key)> _keys = [];
    private StubHost? _host;
    private int _keyReads;
    private int _number;

    public StubOidc() => AddKey();

    /// <summary>Cuts every connection.</summary>
    public bool IsDown { get; set; }

    /// <summary>What it calls itself; null stands for its address.</summary>
    public string? Issuer { get; set; }

    public Uri Uri => _host!.Uri;

    public string Name => Issuer ?? Uri.ToString().TrimEnd('/');

    public int KeyReads => Volatile.Read(ref _keyReads);

    public string KeyId => _keys[^1].Id;

    public async Task<StubOidc> StartAsync(string url = "http://127.0.0.1:0")
    {
        _host = await StubHost.StartAsync(HandleAsync, url);
        return this;
    }

    /// <summary>A new key that signs from now on.</summary>
    public void AddKey() => _keys.Add(($"key-{++_number}", ECDsa.Create(ECCurve.NamedCurves.nistP256)));

    /// <summary>Takes the oldest key away.</summary>
    public void RemoveOldKey() => _keys.RemoveAt(0);

    /// <summary>A token with these claims beside those that every token has; null takes one of those away.</summary>
    public string Issue(params (string Name, object? Value)[] claims) => Sign(new { alg = "ES256", typ = "JWT", kid = KeyId }, Claims(claims), _keys[^1].Key);

    /// <summary>A token of a header of the caller's making.</summary>
    public string IssueWith(object header, Func<byte[], byte[]> sign, params (string Name, object? Value)[] claims)
    {
        string text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(Claims(claims)))}";
        return $"{text}.{Encode(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public byte[] PublicKey() => _keys[^1].Key.ExportSubjectPublicKeyInfo();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        foreach ((_, ECDsa key) in _keys)
        {
            key.Dispose();
        }
    }

    private Dictionary<string, object> Claims((string Name, object? Value)[] claims)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var all = new Dictionary<string, object>
        {
            ["iss"] = Name,
            ["aud"] = Audience,
            ["sub"] = "6f1c",
            ["iat"] = now,
            ["exp"] = now + 3600,
            ["project_id"] = "p1",
            ["domain_id"] = "d1",
            ["roles"] = new[] { "agent" },
        };
        foreach ((string name, object? value) in claims)
        {
            if (value is null)
            {
                all.Remove(name);
            }
            else
            {
                all[name] = value;
            }
        }

        return all;
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Abort();
            return;
        }

        switch (context.Request.Path.Value)
        {
            case "/.well-known/openid-configuration":
                await context.Response.WriteAsJsonAsync(new
                {
                    issuer = Name,
                    jwks_uri = new Uri(Uri, "/keys"),
                    response_types_supported = new[] { "code" },
                    subject_types_supported = new[] { "public" },
                    id_token_signing_alg_values_supported = new[] { "ES256" },
                });
                break;
            case "/keys":
                Interlocked.Increment(ref _keyReads);
                await context.Response.WriteAsJsonAsync(new { keys = _keys.Select(Describe) });
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private static object Describe((string Id, ECDsa Key) key)
    {
        ECParameters parameters = key.Key.ExportParameters(includePrivateParameters: false);
        return new { kty = "EC", use = "sig", alg = "ES256", crv = "P-256", kid = key.Id, x = Encode(parameters.Q.X!), y = Encode(parameters.Q.Y!) };
    }

    private static string Sign(object header, Dictionary<string, object> claims, ECDsa key)
    {
        string text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
