using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using CommandBroker.Gateway.Diagnostics;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>
/// The token in whose name the broker asks a Keystone: had once, renewed before it ends, had anew when the Keystone does not know it any more. After
/// a sign-in that failed there is a pause, so that neither a Keystone in trouble nor a user with a wrong password is worn out.
/// </summary>
internal sealed class KeystoneSession(
    IHttpClientFactory clients, IamReach reach, IOptions<KeystoneOptions> options, TimeProvider clock, ILogger<KeystoneSession> log) : IDisposable
{
    private const int MaxTokenLength = 16_384;

    private static readonly TimeSpan SilencePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxRenewAhead = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile ServiceToken? _token;
    private DateTimeOffset _pausedUntil;

    /// <summary>The token to ask with; null when there is none to be had just now.</summary>
    public async ValueTask<string?> GetAsync()
    {
        if (_token is { } known && clock.GetUtcNow() < known.RenewAt)
        {
            return known.Text;
        }

        await _gate.WaitAsync();
        try
        {
            DateTimeOffset now = clock.GetUtcNow();
            if ((_token is not { } token || now >= token.RenewAt) && now >= _pausedUntil)
            {
                await SignInAsync(now);
            }

            // One that could not be renewed is good to its end.
            return _token is { } current && clock.GetUtcNow() < current.ExpiresAt ? current.Text : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The Keystone does not take this token.</summary>
    public void Drop(string text)
    {
        if (_token is { } token && token.Text == text)
        {
            _token = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task SignInAsync(DateTimeOffset now)
    {
        try
        {
            using HttpClient client = clients.CreateClient(IamHttp.Name);
            using var content = new ByteArrayContent(KeystoneLogin.Write(options.Value));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage answer = await client.PostAsync(KeystoneIam.TokensAddress(options.Value), content);
            if (answer.StatusCode == HttpStatusCode.Created && await ReadAsync(answer, now) is { } token)
            {
                _token = token;
                return;
            }

            bool isRefusal = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest;
            Pause(now, isRefusal ? RefusalPause : SilencePause);
            if (isRefusal)
            {
                log.IamSignInRefused((int)answer.StatusCode);
            }

            reach.NoteLost($"the broker's own sign-in was answered {(int)answer.StatusCode}");
        }
        catch (Exception failure) when (IamHttp.IsSilence(failure) || failure is UnauthorizedAccessException or FormatException)
        {
            Pause(now, SilencePause);
            reach.NoteLost("the broker's own sign-in failed", failure);
        }
    }

    private static async Task<ServiceToken?> ReadAsync(HttpResponseMessage answer, DateTimeOffset now)
    {
        string? text = answer.Headers.TryGetValues(Iam.IamBorder.SubjectHeader, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
        if (text is not { Length: > 0 and <= MaxTokenLength } || KeystoneToken.ReadEnd(await answer.Content.ReadAsByteArrayAsync()) is not { } end || end <= now)
        {
            return null;
        }

        TimeSpan tenth = (end - now) / 10;
        return new ServiceToken(text, end - (tenth < MaxRenewAhead ? tenth : MaxRenewAhead), end);
    }

    private void Pause(DateTimeOffset now, TimeSpan pause) => _pausedUntil = now + pause;

    private sealed record ServiceToken(string Text, DateTimeOffset RenewAt, DateTimeOffset ExpiresAt);
}
