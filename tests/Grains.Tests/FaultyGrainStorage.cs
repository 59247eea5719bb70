using System.Collections.Concurrent;
using CommandBroker.Contracts;
using Orleans.Runtime;
using Orleans.Storage;

namespace CommandBroker.Grains.Tests;

/// <summary>State of grains in memory, which can be out of reach, or lost.</summary>
public sealed class FaultyGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string Name, GrainId Grain), (object State, string ETag)> _rows = new();

    /// <summary>Refuses every read and write, in a way that no caller is prepared for.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether the file is damaged where the rows are, as the broker's own storage says it.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>What happens while a state is written.</summary>
    public Action OnWrite { get; set; } = () => { };

    /// <summary>Loses everything that is stored.</summary>
    public void Clear() => _rows.Clear();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfDown();
        if (IsDamaged)
        {
            throw new BrokerException(BrokerErrorReason.Quarantined, "The file is damaged.");
        }

        if (_rows.TryGetValue((stateName, grainId), out var row))
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = ((T)row.State, row.ETag, true);
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        ThrowIfDown();
        OnWrite();
        (grainState.ETag, grainState.RecordExists) = (Guid.NewGuid().ToString(), true);
        _rows[(stateName, grainId)] = (grainState.State!, grainState.ETag);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    private void ThrowIfDown()
    {
        if (IsDown)
        {
            throw new InvalidDataException("The table is locked.");
        }
    }
}
