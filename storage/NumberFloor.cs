namespace CommandBroker.Storage;

/// <summary>
/// Where numbers go on after a restore. A backup does not know which numbers were given out after it was made, and agents and tools may know
/// commands by them; so a restored store goes on far above all of them.
/// </summary>
/// <remarks>
/// The floor is the instant of the restore in microseconds since 1970. No source server takes a million commands a second, so whatever was
/// given out before that instant, also after an earlier restore, is below it, as long as the clock goes forward. It stays below 2^53, which
/// every JSON reader carries exactly, until the year 2255.
/// </remarks>
internal static class NumberFloor
{
    /// <summary>The floor of a restore at that instant.</summary>
    public static long At(DateTimeOffset now) => (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The clock of the restore is behind that of an earlier one.</summary>
    public static InvalidOperationException Refused(long floor, long highest) => new(
        $"The clock says {DateTimeOffset.UnixEpoch.AddMicroseconds(floor):O}, so numbers would go on from {floor}, but {highest} was given out already. "
        + "Set the clock right and start again.");
}
