namespace CommandBroker.Storage;

/// <summary>How a walk over the source servers gets past one whose rows cannot be read.</summary>
internal static class OverdueWalk
{
    /// <summary>Takes a step; where the file is damaged in halves, until the damaged source server is alone. It counts as one to be settled: whoever does finds out.</summary>
    /// <param name="after">Where the step begins.</param>
    /// <param name="limit">How many source servers it looks at.</param>
    /// <param name="find">Looks at some from a place on.</param>
    /// <param name="next">Tells the next one without looking at its commands.</param>
    public static async Task<OverduePage> ReadAsync(long after, int limit, Func<long, int, Task<OverduePage>> find, Func<long, Task<OverduePage>> next)
    {
        try
        {
            return await find(after, limit);
        }
        catch (UnreadableRowException) when (limit > 1)
        {
            int half = limit / 2;
            OverduePage first = await ReadAsync(after, half, find, next);
            if (first.Next is not { } place)
            {
                return first;
            }

            OverduePage second = await ReadAsync(place, limit - half, find, next);
            return new OverduePage([.. first.Keys, .. second.Keys], second.Next);
        }
        catch (UnreadableRowException)
        {
            return await next(after);
        }
    }
}
