using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <summary>What is stored of a source server's own settings.</summary>
internal sealed class SourceServerSettingsState
{
    /// <summary>The settings; null when nothing is stored, or nothing that can be read, which is not the same as settings that set nothing.</summary>
    public SourceServerSettings? Settings { get; set; }
}
