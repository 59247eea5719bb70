namespace CommandBroker.Storage.Verification;

/// <summary>Reads a whole store, a page of source servers at a time, and never writes. A page is one snapshot, so a running broker does not matter.</summary>
internal interface IStoreWalk : IAsyncDisposable
{
    /// <summary>Opens the store and makes sure that it has this release's schema.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be reached or read.</exception>
    /// <exception cref="InvalidOperationException">Its schema is another one; the message says what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Every source server, and after it each of its commands; what comes without a row is the source server itself. Commands are read as the
    /// broker reads them, so that one which the broker would not find is missing here as well.
    /// </summary>
    IAsyncEnumerable<(WalkedSource Source, WalkedRow? Row)> ReadAsync(CancellationToken cancellationToken);

    /// <summary>What can be asked of the store as a whole.</summary>
    Task<IReadOnlyList<StoreFinding>> CheckWholeAsync(CancellationToken cancellationToken);
}
