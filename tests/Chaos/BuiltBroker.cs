namespace CommandBroker.Chaos;

/// <summary>Finds the broker that was built with this.</summary>
internal static class BuiltBroker
{
    /// <summary>Its program.</summary>
    /// <exception cref="InvalidOperationException">It was not built.</exception>
    public static string Path()
    {
        // tests/Chaos/bin/<configuration>/<framework>/ beside silo/bin/<configuration>/<framework>/
        var mine = new DirectoryInfo(AppContext.BaseDirectory);
        string root = mine.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        string program = System.IO.Path.Combine(root, "silo", "bin", mine.Parent.Name, mine.Name, "CommandBroker.Silo.dll");
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not there: build silo, or name another broker with --broker.");
    }
}
