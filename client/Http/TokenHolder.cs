using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>
/// Holds the token of a user and fetches another before it ends; calls that come meanwhile wait for the one that is under way. A refused sign-in is
/// remembered for a minute: a wrong password would cost each call a sign-in, and keep the user out of the broker.
/// </summary>
internal sealed class TokenHolder(PasswordCredential credential, Func<PasswordCredential, CancellationToken, Task<BrokerToken>> signIn, TimeProvider time)
    : IDisposable
{
    // A call that starts with a token must end with it.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RefusalLifetime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private BrokerToken? _token;
    private BrokerException? _refusal;
    private long _refusedAt;

    /// <summary>A token that counts for a while.</summary>
    /// <param name="refused">The token that the broker has just refused, so that it is not handed out again; null when none was.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="BrokerException">What the sign-in throws; Unauthorized also when one was refused less than a minute ago.</exception>
    public async Task<string> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is null || _token.Text == refused || _token.ExpiresAt - Margin <= time.GetUtcNow())
            {
                _token = await SignInAsync(cancellationToken);
            }

            return _token.Text;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<BrokerToken> SignInAsync(CancellationToken cancellationToken)
    {
        if (_refusal is { } known && time.GetElapsedTime(_refusedAt) < RefusalLifetime)
        {
            throw new BrokerException(known.Reason, known.Message, known);
        }

        try
        {
            BrokerToken token = await signIn(credential, cancellationToken);
            _refusal = null;
            return token;
        }
        catch (BrokerException refusal) when (refusal.Reason == BrokerErrorReason.Unauthorized)
        {
            (_refusal, _refusedAt) = (refusal, time.GetTimestamp());
            throw;
        }
    }
}
