using CommandBroker.Storage.Memory;

namespace CommandBroker.Storage.Tests;

public sealed class MemoryCommandStoreTests() : CommandStoreContract(new MemoryFixture());

public sealed class MemorySourceServerStoreTests() : SourceServerStoreContract(new MemoryFixture());

public sealed class MemoryIdentityStoreTests() : IdentityStoreContract(new MemoryFixture());

/// <summary>Closing forgets nothing while the process lives, so reopening is the same database.</summary>
internal sealed class MemoryFixture : StoreFixture
{
    internal override IBrokerDatabase Database { get; } = new MemoryDatabase();

    public override Task OpenAsync() => Database.OpenAsync(CancellationToken.None);

    public override Task ReopenAsync() => Task.CompletedTask;

    public override Task<bool> DamageAsync(long sourceNo, long seq, Func<byte[], byte[]?> damage) => Task.FromResult(false);

    public override ValueTask DisposeAsync() => Database.DisposeAsync();
}
