using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Identity.Sql;

namespace CommandBroker.Storage.Memory;

/// <summary>A database that lives as long as the process: for tests, and as the ceiling that measurements compare a real one with.</summary>
internal sealed class MemoryDatabase : IBrokerDatabase
{
    private readonly MemoryIdentityDatabase _identities = new();

    public MemoryDatabase()
    {
        Identities = new SqlIdentityStore(_identities);
        var tables = new MemoryTables();
        Commands = new MemoryCommandStore(tables);
        SourceServers = new MemorySourceServerStore(tables);
    }

    public ICommandStore Commands { get; }

    public ISourceServerStore SourceServers { get; }

    public IIdentityStore Identities { get; }

    public (string Invariant, string ConnectionString)? OrleansConnection => null;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _identities.Dispose();
        return ValueTask.CompletedTask;
    }
}
