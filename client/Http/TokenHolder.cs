namespace CommandBroker.Client.Http;

/// <summary>Holds the token of a user and fetches another before it ends; calls that come meanwhile wait for the one that is under way.</summary>
internal sealed class TokenHolder(PasswordCredential credential, Func<PasswordCredential, CancellationToken, Task<BrokerToken>> signIn, TimeProvider time)
    : IDisposable
{
    // A call that starts with a token must end with it.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private BrokerToken? _token;

    /// <summary>A token that counts for a while.</summary>
    /// <param name="refused">The token that the broker has just refused, so that it is not handed out again; null when none was.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<string> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is null || _token.Text == refused || _token.ExpiresAt - Margin <= time.GetUtcNow())
            {
                _token = await signIn(credential, cancellationToken);
            }

            return _token.Text;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
