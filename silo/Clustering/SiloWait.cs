using CommandBroker.Gateway.Health;
using CommandBroker.Silo.Starting;

namespace CommandBroker.Silo.Clustering;

/// <summary>Makes a gateway wait for silos, and for the database that lists them, for as long as it takes.</summary>
internal sealed class SiloWait(StartProgress progress, ILogger<SiloWait> log) : IClientConnectionRetryFilter
{
    private readonly StartBackoff _backoff = new();

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        bool isSilo = exception is Orleans.Runtime.SiloUnavailableException or Orleans.Runtime.Messaging.ConnectionFailedException;
        progress.WaitFor(isSilo ? StartProgress.Silo : StartProgress.Database);
        log.StillWaiting(isSilo ? "a silo" : "the database", exception.Message);
        await _backoff.PauseAsync(cancellationToken);
        return true;
    }
}
