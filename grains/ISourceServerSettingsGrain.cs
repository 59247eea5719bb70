using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <summary>Keeps one source server's own settings under its key; read only when its queue is marked as having some.</summary>
[Alias("CommandBroker.ISourceServerSettingsGrain")]
internal interface ISourceServerSettingsGrain : IGrainWithStringKey
{
    /// <summary>The settings; null when none are stored, or what is stored cannot be read.</summary>
    [Alias("Read")]
    ValueTask<SourceServerSettings?> ReadAsync();

    /// <summary>Replaces the settings, readable or not; with all null they are stored as settings that set nothing.</summary>
    [Alias("Write")]
    ValueTask WriteAsync(SourceServerSettings settings);
}
