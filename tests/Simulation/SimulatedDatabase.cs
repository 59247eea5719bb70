using CommandBroker.Storage;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Simulation;

/// <summary>What an activation needs of a database: its commands. The one source server of a schedule is registered beforehand.</summary>
internal sealed class SimulatedDatabase(ICommandStore commands) : IBrokerDatabase
{
    public ICommandStore Commands => commands;

    public ISourceServerStore SourceServers => null!;

    public IIdentityStore Identities => null!;

    public (string Invariant, string ConnectionString)? OrleansConnection => null;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
