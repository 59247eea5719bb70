using CommandBroker.Core;

namespace CommandBroker.Storage.Tests;

/// <summary>What a provider's contract tests need to know of it: one database of its own for each test.</summary>
public abstract class StoreFixture : IAsyncDisposable
{
    /// <summary>The open database.</summary>
    internal abstract IBrokerDatabase Database { get; }

    /// <summary>What the store logged.</summary>
    internal RecordingLogger Log { get; } = new();

    internal ICommandStore Commands => Database.Commands;

    internal ISourceServerStore Sources => Database.SourceServers;

    /// <summary>Makes and opens the database.</summary>
    public abstract Task OpenAsync();

    /// <summary>Closes the database and opens it again, as a restart does.</summary>
    public abstract Task ReopenAsync();

    /// <summary>Changes the stored payload of a command behind the store's back; null writes NULL.</summary>
    /// <returns>False when the provider has no stored bytes to damage.</returns>
    public abstract Task<bool> DamageAsync(long sourceNo, long seq, Func<byte[], byte[]?> damage);

    /// <summary>How the store is named to whoever administers it.</summary>
    public virtual string Location => throw new NotSupportedException("This provider keeps nothing.");

    /// <summary>Changes the store behind the broker's back.</summary>
    public virtual Task ExecuteAsync(string sql) => throw new NotSupportedException("This provider keeps nothing.");

    public abstract ValueTask DisposeAsync();

    /// <summary>Registers a source server and gives its queue.</summary>
    internal async Task<StoredQueue> RegisterAsync(string key)
    {
        await Sources.RegisterAsync(Samples.Server(key), maxCount: 1_000_000);
        return (await Commands.LoadAsync(SourceServerKey.Parse(key)))!;
    }

    internal async Task<StoredQueue> LoadAsync(string key) => (await Commands.LoadAsync(SourceServerKey.Parse(key)))!;
}
