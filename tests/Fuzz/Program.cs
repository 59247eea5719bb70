using System.Globalization;
using System.Security.Cryptography;
using CommandBroker.Fuzz;

FuzzOptions options;
try
{
    options = FuzzOptions.Parse(args);
}
catch (FormatException failure)
{
    Console.Error.WriteLine(failure.Message);
    Console.Error.WriteLine(FuzzOptions.Usage);
    return 2;
}

FuzzTarget[] targets = [.. FuzzTargets.All.Where(target => options.Target is null || options.Target == target.Name)];
if (targets.Length == 0)
{
    Console.Error.WriteLine($"'{options.Target}' is no target; there are {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}.");
    return 2;
}

if (options.Replay is { } file)
{
    Console.WriteLine(targets[0].Check(File.ReadAllBytes(file)));
    return 0;
}

bool isClean = true;
foreach (FuzzTarget target in targets)
{
    string folder = Path.Combine(options.Folder, "corpus", target.Name);
    byte[][] corpus = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];
    if (corpus.Length == 0)
    {
        Console.Error.WriteLine($"{folder} has no inputs; run from the repository's root, or give --folder.");
        return 2;
    }

    var run = new FuzzRun(target, options, corpus);
    FuzzReport report = run.Go();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}: {report.Count:N0} inputs, {report.Findings.Count} findings, {report.Count / report.Elapsed.TotalSeconds:N0} a second"));
    foreach ((string answer, long count) in report.Answers.OrderByDescending(answer => answer.Value))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,12:N0} {answer}"));
    }

    foreach ((string message, byte[] input) in report.Findings)
    {
        Console.WriteLine($"  FOUND {message} {Write("findings", target.Name, input)}");
    }

    foreach (byte[] input in options.Keep ? run.Corpus.Skip(corpus.Length) : [])
    {
        Write(Path.Combine("corpus", target.Name), "kept", input);
    }

    isClean &= report.Findings.Count == 0 && report.Count == options.Count;
}

return isClean ? 0 : 1;

string Write(string folder, string prefix, byte[] input)
{
    string path = Path.Combine(options.Folder, folder, $"{prefix}-{Convert.ToHexStringLower(SHA256.HashData(input)[..4])}.bin");
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllBytes(path, input);
    return path;
}
