namespace CommandBroker.Storage;

/// <summary>Finds where a walk in the order of numbers can go on behind what it cannot read.</summary>
internal static class DamagedStretch
{
    // Beyond any number that is given; at most 40 questions to get there and as many back.
    private const long MaxReach = 1L << 40;

    /// <summary>Reaches out, twice as far each time, and then closes in: what can be read may be thousands of numbers away.</summary>
    /// <param name="place">A number behind which nothing can be read.</param>
    /// <param name="canReadBehind">Whether the first row behind a number can be read, or there is none.</param>
    /// <returns>The number behind which reading can go on; null when it cannot before the end.</returns>
    public static async Task<long?> FindEndAsync(long place, Func<long, Task<bool>> canReadBehind)
    {
        long reach = 1;
        while (!await canReadBehind(place + reach))
        {
            reach *= 2;
            if (reach > MaxReach)
            {
                return null;
            }
        }

        long damaged = reach / 2;
        while (reach - damaged > 1)
        {
            long middle = damaged + ((reach - damaged) / 2);
            (damaged, reach) = await canReadBehind(place + middle) ? (damaged, middle) : (middle, reach);
        }

        return place + reach;
    }
}
