using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <summary>Keeps one source server's own settings under its key; read only when its queue is marked as having some.</summary>
[Alias("CommandBroker.ISourceServerSettingsGrain")]
internal interface ISourceServerSettingsGrain : IGrainWithStringKey
{
    /// <summary>The settings; all null when there are none.</summary>
    [Alias("Read")]
    ValueTask<SourceServerSettings> ReadAsync();

    /// <summary>Replaces the settings; all null clears them.</summary>
    [Alias("Write")]
    ValueTask WriteAsync(SourceServerSettings settings);
}
