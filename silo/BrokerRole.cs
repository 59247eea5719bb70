namespace CommandBroker.Silo;

/// <summary>What a process of the one program does.</summary>
internal static class BrokerRole
{
    /// <summary>Silo and HTTP in one process: a broker by itself, or with clustering one of several equal ones.</summary>
    public const string AllInOne = "all-in-one";

    /// <summary>Holds queues; its HTTP port answers <c>/livez</c> and <c>/readyz</c> only.</summary>
    public const string Silo = "silo";

    /// <summary>Serves HTTP and holds nothing: any gateway can serve any request, start and die.</summary>
    public const string Gateway = "gateway";
}
