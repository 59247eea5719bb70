using CommandBroker.Contracts;
using Orleans.Runtime;

namespace CommandBroker.Silo.Starting;

/// <summary>
/// Sees to the credentials once the silo is part of the cluster, and again when the answer did not come in time: while several silos start, the
/// one that holds the identities may be slow or just ending, or the database is just coming back. What is stored twice is stored once.
/// </summary>
internal sealed class CredentialStart(CredentialSetup credentials, ILogger<CredentialStart> log) : IStartupTask
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        var backoff = new StartBackoff();
        while (true)
        {
            try
            {
                await credentials.StartAsync(cancellationToken);
                return;
            }
            catch (Exception silence) when (silence is TimeoutException or OrleansException or BrokerException { IsTransient: true })
            {
                log.StillWaiting("the identities", silence.Message);
                await backoff.PauseAsync(cancellationToken);
            }
        }
    }
}
