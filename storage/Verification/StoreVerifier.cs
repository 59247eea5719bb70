using System.Runtime.CompilerServices;

namespace CommandBroker.Storage.Verification;

/// <summary>Holds a whole store against its invariants, without changing it and in bounded memory; a broker may run on it meanwhile.</summary>
public sealed class StoreVerifier
{
    private readonly Func<IStoreWalk> _open;
    private readonly int? _maxDeliveryCount;

    /// <param name="location">The store.</param>
    /// <param name="maxDeliveryCount">The most deliveries that the broker's settings allow; null leaves that unchecked, as a source server may have its own.</param>
    public StoreVerifier(StoreLocation location, int? maxDeliveryCount = null)
        : this(location.OpenWalk, maxDeliveryCount)
    {
    }

    internal StoreVerifier(Func<IStoreWalk> open, int? maxDeliveryCount) => (_open, _maxDeliveryCount) = (open, maxDeliveryCount);

    /// <summary>What was read so far; whole once <see cref="FindAsync"/> has ended.</summary>
    public StoreVerdict Verdict { get; private set; } = new()
    {
        SourceServerCount = 0, CommandCount = 0, OpenCount = 0, RemovedCount = 0, FindingCount = 0, FaultySourceServerCount = 0,
    };

    /// <summary>Reads the store and hands out what it finds as it goes: at most 20 findings of one source server, all of them counted.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached or read.</exception>
    /// <exception cref="InvalidOperationException">Its schema is not this release's; the message says what to do.</exception>
    public async IAsyncEnumerable<StoreFinding> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IStoreWalk walk = _open();
        await walk.OpenAsync(cancellationToken);
        WalkedSource? current = null;
        SourceCheck? check = null;
        await foreach ((WalkedSource source, WalkedRow? row) in walk.ReadAsync(cancellationToken))
        {
            if (!ReferenceEquals(source, current))
            {
                // What comes a second time is read anew: the first time it was cut off.
                foreach (StoreFinding finding in source.SourceNo == current?.SourceNo ? [] : Finish(current, check))
                {
                    yield return finding;
                }

                (current, check) = (source, new SourceCheck(source, _maxDeliveryCount));
            }

            if (row is { } found)
            {
                check!.Add(found);
            }
        }

        foreach (StoreFinding finding in Finish(current, check))
        {
            yield return finding;
        }

        IReadOnlyList<StoreFinding> whole = await walk.CheckWholeAsync(cancellationToken);
        Verdict = Verdict with { FindingCount = Verdict.FindingCount + whole.Count };
        foreach (StoreFinding finding in whole)
        {
            yield return finding;
        }
    }

    private IReadOnlyList<StoreFinding> Finish(WalkedSource? source, SourceCheck? check)
    {
        if (source is null || check is null)
        {
            return [];
        }

        IReadOnlyList<StoreFinding> findings = check.Finish();
        Verdict = new StoreVerdict
        {
            SourceServerCount = Verdict.SourceServerCount + 1,
            CommandCount = Verdict.CommandCount + check.RowCount,
            OpenCount = Verdict.OpenCount + check.OpenCount,
            RemovedCount = Verdict.RemovedCount + source.RemovedCount,
            FindingCount = Verdict.FindingCount + check.FindingCount,
            FaultySourceServerCount = Verdict.FaultySourceServerCount + (check.FindingCount > 0 ? 1 : 0),
        };
        return findings;
    }
}
