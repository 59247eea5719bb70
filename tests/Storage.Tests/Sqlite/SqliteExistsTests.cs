using System.Diagnostics.Metrics;
using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class SqliteExistsTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public Task InitializeAsync() => _fixture.OpenAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task Questions_that_wait_at_the_same_time_share_a_snapshot()
    {
        const int Count = 100;
        await _fixture.Sources.RegisterAsync(Samples.Server("s-7"), maxCount: 10);
        using MeterListener listener = ListenToMeterMadeHere(out List<int> batches, out Func<StoreInstruments> make);
        using StoreInstruments instruments = make();
        using var readers = new SqliteReaders(_fixture.FilePath);
        await using var store = new SqliteSourceServerStore(readers, ((SqliteDatabase)_fixture.Database).Writer, Count, instruments);

        // While every connection is in use, all but the first batch must wait.
        using var gate = new ManualResetEventSlim();
        Task<bool>[] busy = [.. Enumerable.Range(0, 4).Select(_ => readers.ReadAsync(_ =>
        {
            gate.Wait();
            return true;
        }))];
        Task<bool>[] asked = [.. Enumerable.Range(0, Count).Select(number => store.ExistsAsync(SourceServerKey.Parse($"s-{number}")))];
        gate.Set();
        await Task.WhenAll(busy);
        bool[] known = await Task.WhenAll(asked);
        await store.DisposeAsync();

        Assert.Equal([7], Enumerable.Range(0, Count).Where(number => known[number]));
        Assert.InRange(batches.Count, 1, 2);
        Assert.Equal(Count, batches.Sum());
    }

    // Other tests run beside this one and have meters of the same name.
    private static MeterListener ListenToMeterMadeHere(out List<int> batches, out Func<StoreInstruments> make)
    {
        var seen = new List<int>();
        var own = new ThreadLocal<bool>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (own.Value && instrument.Name == "commandbroker.store.batch_size")
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, count, _, _) =>
        {
            lock (seen)
            {
                seen.Add(count);
            }
        });
        listener.Start();
        batches = seen;
        make = () =>
        {
            own.Value = true;
            var instruments = new StoreInstruments();
            own.Value = false;
            return instruments;
        };
        return listener;
    }
}
