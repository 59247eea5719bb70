namespace CommandBroker.Storage;

/// <summary>Finds where a walk in the order of numbers can go on behind what it cannot read.</summary>
internal static class DamagedStretch
{
    // Beyond any number that is given; at most 40 questions to get there and as many back.
    private const long MaxReach = 1L << 40;

    // Where the first question goes is left to chance: a sound stretch between two damaged ones is then found by another walk.
    private const int MostFirstReach = 64;

    /// <summary>Reaches out, twice as far each time, and then closes in: what can be read may be thousands of numbers away.</summary>
    /// <param name="place">A number behind which nothing can be read.</param>
    /// <param name="canReadBehind">Whether the first row behind a number can be read, or there is none.</param>
    /// <returns>The number behind which reading can go on; null when it cannot before the end.</returns>
    public static async Task<long?> FindEndAsync(long place, Func<long, Task<bool>> canReadBehind)
    {
        long damaged = 0;
        long reach = Random.Shared.Next(1, MostFirstReach + 1);
        while (!await canReadBehind(place + reach))
        {
            damaged = reach;
            reach *= 2;
            if (reach > MaxReach)
            {
                return null;
            }
        }

        while (reach - damaged > 1)
        {
            long middle = damaged + ((reach - damaged) / 2);
            (damaged, reach) = await canReadBehind(place + middle) ? (damaged, middle) : (middle, reach);
        }

        return place + reach;
    }
}
