namespace CommandBroker.Storage.Payloads;

/// <summary>Where a payload comes from, for the message when it cannot be read.</summary>
/// <param name="What">Which column.</param>
/// <param name="SourceNo">The source server's number.</param>
/// <param name="Seq">The command's number.</param>
internal readonly record struct PayloadOrigin(string What, long SourceNo, long Seq)
{
    /// <summary>The exception to throw; <paramref name="found"/> is the end of a sentence and never repeats stored data.</summary>
    public UnreadableRowException Unreadable(string found) =>
        new($"The {What} of command {Seq} of source server number {SourceNo} cannot be read: {found}.");
}
