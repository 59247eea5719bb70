namespace CommandBroker.Grains.Tests;

/// <summary>A silo of one test.</summary>
internal sealed class Disposable(IdentitySilo silo) : IAsyncDisposable
{
    private bool _isStarted;

    public async Task<IdentitySilo> StartAsync()
    {
        await silo.InitializeAsync();
        _isStarted = true;
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await silo.DisposeAsync();
        }
    }
}
