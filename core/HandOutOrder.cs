namespace CommandBroker.Core;

/// <summary>The order in which commands are handed out: highest priority first, then lowest sequence number.</summary>
internal sealed class HandOutOrder : IComparer<Command>
{
    public static HandOutOrder Instance { get; } = new();

    public int Compare(Command? x, Command? y)
    {
        int byPriority = y!.Priority.CompareTo(x!.Priority);
        return byPriority != 0 ? byPriority : x.Seq.CompareTo(y.Seq);
    }
}
