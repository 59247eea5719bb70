using System.Diagnostics;

namespace CommandBroker.Chaos.Cluster;

/// <summary>Ends processes, networks and mounts of a run when it is over, also when the run itself is killed.</summary>
internal sealed class Reaper : IAsyncDisposable
{
    /// <summary>The variable by which it knows the processes of its run.</summary>
    public const string Mark = "COMMANDBROKER_CHAOS";

    private readonly Process _shell;

    /// <param name="directory">The run's directory.</param>
    /// <param name="bridge">The run's bridge.</param>
    public Reaper(string directory, string bridge)
    {
        using var script = new StreamReader(typeof(Reaper).Assembly.GetManifestResourceStream("reaper.sh")!);
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, WorkingDirectory = "/" };
        Array.ForEach(["sh", "-c", script.ReadToEnd(), "reaper.sh", directory, bridge], start.ArgumentList.Add);
        _shell = Process.Start(start)!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
