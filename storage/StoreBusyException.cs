namespace CommandBroker.Storage;

/// <summary>More commits wait than the store's bound; nothing was written.</summary>
public sealed class StoreBusyException(string message) : StoreUnavailableException(message);
