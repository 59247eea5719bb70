namespace CommandBroker.Silo;

/// <summary>
/// Whether a thread of the pool that finds no work sleeps at once. By default it yields 70 times first, and Orleans' timers wake one a hundred times
/// a second: of an idle silo's time that was 70 %, and the several processes of a cluster take it from each other. A broker that is one
/// process keeps the default, with which a busy one answers up to a tenth more.
/// </summary>
internal static class IdleThreads
{
    // .NET's own name; DOTNET_ThreadPool_UnfairSemaphoreSpinLimit in the environment goes before it.
    private const string SpinLimit = "System.Threading.ThreadPool.UnfairSemaphoreSpinLimit";

    /// <summary>Decides by the role. Counts only before the pool has begun its first thread, so it reads the role by itself.</summary>
    /// <param name="args">The command line.</param>
    public static void Tune(string[] args)
    {
        string? role = new ConfigurationBuilder()
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(args, SiloHost.Switches)
            .Build()[$"{SiloOptions.Section}:{nameof(SiloOptions.Role)}"];
        if (role is BrokerRole.Silo or BrokerRole.Gateway && AppContext.GetData(SpinLimit) is null)
        {
            AppContext.SetData(SpinLimit, 0);
        }
    }
}
