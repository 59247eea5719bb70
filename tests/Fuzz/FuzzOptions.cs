using System.Globalization;

namespace CommandBroker.Fuzz;

/// <summary>What the command line says.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = """
        Usage: dotnet run -c Release --project tests/Fuzz -- [options]
          --target NAME    one target; default all
          --count N        inputs for each target; default 100000
          --seed N         of the random numbers; default 1
          --threads N      default one a core; with one thread a seed gives the same inputs every time
          --folder PATH    where corpus/ and findings/ are; default tests/Fuzz
          --keep           write inputs with a new answer to corpus/
          --replay FILE    give one file to the target, and nothing else
        """;

    public string? Target { get; init; }

    public long Count { get; init; } = 100_000;

    public int Seed { get; init; } = 1;

    public int Threads { get; init; } = Environment.ProcessorCount;

    public string Folder { get; init; } = Path.Combine("tests", "Fuzz");

    public bool Keep { get; init; }

    public string? Replay { get; init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">An option is unknown, or has no value or a wrong one.</exception>
    public static FuzzOptions Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value.");
            long Number(long max) => long.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= max
                ? number
                : throw new FormatException($"'{arguments[i]}' is not a number from 1 to {max}.");

            options = arguments[i] switch
            {
                "--target" => options with { Target = Value() },
                "--count" => options with { Count = Number(long.MaxValue) },
                "--seed" => options with { Seed = (int)Number(int.MaxValue) },
                "--threads" => options with { Threads = (int)Number(1_024) },
                "--folder" => options with { Folder = Value() },
                "--keep" => options with { Keep = true },
                "--replay" => options with { Replay = Value() },
                "--help" => throw new FormatException("Broken input for everything that reads untrusted bytes."),
                _ => throw new FormatException($"'{arguments[i]}' is no option."),
            };
        }

        return options;
    }
}
