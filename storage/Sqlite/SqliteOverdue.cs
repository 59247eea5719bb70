using CommandBroker.Core;

namespace CommandBroker.Storage.Sqlite;

/// <summary>Reads one step of a walk over source servers.</summary>
internal static class SqliteOverdue
{
    /// <summary>Reads it.</summary>
    /// <param name="row">Answers a number, an id, and whether that one is wanted, of each that was looked at, in the order of the numbers.</param>
    /// <param name="limit">How many it looks at; fewer are the end.</param>
    /// <param name="damage">Told of ids that are none.</param>
    public static OverduePage Read(SqliteStatement row, int limit, DamageLog damage)
    {
        var keys = new List<SourceServerKey>();
        int count = 0;
        long last = 0;
        while (row.Step())
        {
            count++;
            last = row.Int64(0);
            if (row.Int64(2) != 0)
            {
                if (SourceServerKey.TryParse(row.NullableText(1), out SourceServerKey key))
                {
                    keys.Add(key);
                }
                else
                {
                    damage.PassedOverId(last);
                }
            }
        }

        return new OverduePage(keys, count < limit ? null : last);
    }
}
