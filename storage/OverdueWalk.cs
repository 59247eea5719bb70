using CommandBroker.Core;

namespace CommandBroker.Storage;

/// <summary>How a walk over the source servers gets past one whose rows cannot be read.</summary>
internal static class OverdueWalk
{
    // So many at one time when all are looked at.
    private const int StepCount = 1_000;

    /// <summary>Looks at all source servers, step by step, past what is damaged.</summary>
    public static async Task<IReadOnlyList<SourceServerKey>> ReadAllAsync(
        Func<long, int, Task<OverduePage>> find, Func<long, Task<OverduePage>> next, DamageLog damage)
    {
        var keys = new List<SourceServerKey>();
        for (long? place = 0; place is { } after;)
        {
            OverduePage page = await ReadAsync(after, StepCount, find, next, damage);
            keys.AddRange(page.Keys);
            place = page.Next;
        }

        return keys;
    }

    /// <summary>Takes a step; where the file is damaged in halves, until the damaged source server is alone. It counts as one to be settled: whoever does finds out.</summary>
    /// <param name="after">Where the step begins.</param>
    /// <param name="limit">How many source servers it looks at.</param>
    /// <param name="find">Looks at some from a place on.</param>
    /// <param name="next">Tells the next one without looking at its commands.</param>
    /// <param name="damage">Told of source servers whose own rows cannot be read, which are passed over.</param>
    public static async Task<OverduePage> ReadAsync(
        long after, int limit, Func<long, int, Task<OverduePage>> find, Func<long, Task<OverduePage>> next, DamageLog damage)
    {
        try
        {
            return await find(after, limit);
        }
        catch (UnreadableRowException) when (limit > 1)
        {
            int half = limit / 2;
            OverduePage first = await ReadAsync(after, half, find, next, damage);
            if (first.Next is not { } place)
            {
                return first;
            }

            OverduePage second = await ReadAsync(place, limit - half, find, next, damage);
            return new OverduePage([.. first.Keys, .. second.Keys], second.Next);
        }
        catch (UnreadableRowException)
        {
            return await NextAsync(after, next, damage);
        }
    }

    private static async Task<OverduePage> NextAsync(long after, Func<long, Task<OverduePage>> next, DamageLog damage)
    {
        try
        {
            return await next(after);
        }
        catch (UnreadableRowException fault)
        {
            long? end = await DamagedStretch.FindEndAsync(after, CanReadBehindAsync);
            damage.PassedOver($"What follows source server number {after}{(end is { } last ? $" up to number {last}" : "")}", fault.Message);
            return new OverduePage([], end);
        }

        async Task<bool> CanReadBehindAsync(long place)
        {
            try
            {
                await next(place);
                return true;
            }
            catch (UnreadableRowException)
            {
                return false;
            }
        }
    }
}
