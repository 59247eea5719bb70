using System.Text;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>
/// Collects one page, bounded in number and in bytes: a message of many megabytes would hold up a silo's other calls. It takes one item at least,
/// however long that is.
/// </summary>
/// <param name="limit">The most commands.</param>
internal sealed class PageBuilder(int limit)
{
    /// <summary>The most bytes of one page, unless a single item is longer.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The most items that are read at once: long ones may stand behind short ones.</summary>
    public const int MostCount = 64;

    // So few that long ones are no harm.
    private const int FirstCount = 16;

    // What an item takes besides its texts: numbers, instants, and the names of its members on the wire.
    private const int BytesEach = 256;

    private long _bytes;
    private bool _isFull;

    /// <summary>The commands so far.</summary>
    public List<Command> Commands { get; } = [];

    /// <summary>The reports that ended no command so far.</summary>
    public List<StrayReport> StrayReports { get; } = [];

    /// <summary>How many commands to read at once, when they are as long as what there is; 0 when the page takes no more.</summary>
    public int NextCount => Math.Min(limit - Commands.Count, NextStrayCount);

    /// <summary>How many reports to read at once; 0 when the page takes no more.</summary>
    public int NextStrayCount => _isFull ? 0 : Count == 0 ? FirstCount : (int)Math.Clamp((MaxBytes - _bytes) / (_bytes / Count), 1, MostCount);

    private int Count => Commands.Count + StrayReports.Count;

    /// <summary>Adds a command.</summary>
    /// <returns>False when the page takes no more: it begins the next one.</returns>
    public bool TryAdd(Command command)
    {
        if (Commands.Count == limit || !HasRoomFor(SizeOf(command)))
        {
            return false;
        }

        Commands.Add(command);
        return true;
    }

    /// <summary>Adds a report that ended no command.</summary>
    /// <returns>False when the page takes no more: it begins the next one.</returns>
    public bool TryAdd(StrayReport report)
    {
        if (!HasRoomFor(BytesEach + SizeOf(report.Name) + SizeOf(report.ResultDetail) + SizeOf(report.ReportedBy)))
        {
            return false;
        }

        StrayReports.Add(report);
        return true;
    }

    private static long SizeOf(Command command) =>
        BytesEach + SizeOf(command.Name) + SizeOf(command.Param) + SizeOf(command.TaskId) + SizeOf(command.IdempotencyKey) + SizeOf(command.EnqueuedBy)
        + SizeOf(command.Outcome?.EndedBy) + SizeOf(command.Outcome?.Reason) + SizeOf(command.Outcome?.ResultDetail);

    private static long SizeOf(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private bool HasRoomFor(long bytes)
    {
        _isFull |= Count > 0 && _bytes + bytes > MaxBytes;
        _bytes += _isFull ? 0 : bytes;
        return !_isFull;
    }
}
