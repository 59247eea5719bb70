using CommandBroker.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CommandBroker.Grains;

/// <summary>Starts a background service once the database is open, and holds up nothing until then.</summary>
internal sealed class AfterDatabase(IHostedService service, DatabaseGate gate) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _starting = Task.CompletedTask;
    private bool _isStarted;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _starting = StartWhenOpenAsync();
        return _starting.IsFaulted ? _starting : Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _starting;
        if (_isStarted)
        {
            await service.StopAsync(cancellationToken);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartWhenOpenAsync()
    {
        try
        {
            await gate.Opened.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _isStarted = true;
        await service.StartAsync(_stopping.Token);
    }
}
