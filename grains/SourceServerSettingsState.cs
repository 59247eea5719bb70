using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <summary>What is stored of a source server's own settings.</summary>
internal sealed class SourceServerSettingsState
{
    public SourceServerSettings Settings { get; set; } = new();
}
