namespace CommandBroker.Storage;

/// <summary>Where commands are kept.</summary>
public enum StorageProvider
{
    /// <summary>One file below <c>Storage:DataDirectory</c>; for one process.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database, shared by all silos.</summary>
    Postgres,

    /// <summary>Nowhere: everything is lost with the process. For tests and measurements.</summary>
    Memory,
}
