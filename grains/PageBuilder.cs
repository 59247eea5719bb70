using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>Collects the commands of one page, bounded in number and in size: a message of gigabytes would hold up a silo's other calls.</summary>
/// <param name="limit">The most commands.</param>
internal sealed class PageBuilder(int limit)
{
    /// <summary>A page is full at this size, in characters of what enqueuers and agents wrote; one command more may follow.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const int FirstCount = 32;

    private long _length;

    /// <summary>The commands so far.</summary>
    public List<Command> Commands { get; } = [];

    /// <summary>Leaves the fewer commands room for what goes with them.</summary>
    public void Take(StrayReport report) => _length += report.ResultDetail.Length;

    /// <summary>Whether the page takes no more; it takes one command at least.</summary>
    public bool IsFull => Commands.Count >= limit || (_length >= MaxLength && Commands.Count > 0);

    /// <summary>How many more to read at once, when they are as long as those so far; 0 when the page is full.</summary>
    public int NextCount => IsFull ? 0
        : (int)Math.Clamp(Commands.Count == 0 ? (_length < MaxLength ? FirstCount : 1) : (MaxLength - _length) / Math.Max(1, _length / Commands.Count), 1, limit - Commands.Count);

    /// <summary>Adds a command.</summary>
    public void Add(Command command)
    {
        Commands.Add(command);
        _length += command.Param.Length + (command.Outcome?.ResultDetail?.Length ?? 0);
    }

    /// <summary>Adds commands that were read together.</summary>
    public void AddRange(IReadOnlyList<Command> commands)
    {
        foreach (Command command in commands)
        {
            Add(command);
        }
    }
}
