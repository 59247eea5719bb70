using System.Data.Common;
using CommandBroker.Gateway.Health;
using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo.Starting;

/// <summary>
/// Opens the database as the first step of the silo's start. One that runs elsewhere is waited for, so that the order in which machines
/// come up does not matter; a local file that cannot be opened is a fault to be told at once.
/// </summary>
internal sealed class DatabaseStart(
    IBrokerDatabase database, IOptions<StorageOptions> storage, DatabaseGate gate, StartProgress progress, ILogger<DatabaseStart> log)
    : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(DatabaseStart), ServiceLifecycleStage.First, OpenAsync);

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        progress.WaitFor(StartProgress.Database);
        try
        {
            await OpenWhenItAnswersAsync(cancellationToken);
        }
        catch (DbException refusal)
        {
            throw new InvalidOperationException($"The database of Storage:ConnectionString refuses: {refusal.Message}");
        }

        gate.Open();
        progress.WaitFor(StartProgress.Silo);
    }

    private async Task OpenWhenItAnswersAsync(CancellationToken cancellationToken)
    {
        var backoff = new StartBackoff();
        while (true)
        {
            try
            {
                await database.OpenAsync(cancellationToken);
                return;
            }
            catch (StoreUnavailableException fault) when (storage.Value.Provider == StorageProvider.Postgres)
            {
                log.StillWaiting("the database", fault.InnerException is { } cause ? $"{fault.Message} {cause.Message}" : fault.Message);
                await backoff.PauseAsync(cancellationToken);
            }
        }
    }
}
