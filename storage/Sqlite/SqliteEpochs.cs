using Microsoft.Data.Sqlite;

namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Gives out row numbers, which rise with every enqueue, and keeps the list of epochs that hold rows. An index that begins with the epoch
/// is written at its newest part only, however large the history is; a search looks into each epoch, four for a million commands.
/// </summary>
internal sealed class SqliteEpochs
{
    private const int RowBits = 18;

    // More than a batch of commits may have.
    private const int MostRowsTogether = 1 << 16;

    private long _nextRowNo;
    private long _preparedEpoch = -1;
    private long[] _empty = [];
    private bool _isBlind;

    /// <summary>The epoch of a row.</summary>
    public static long Of(long rowNo) => rowNo >> RowBits;

    /// <summary>
    /// Looks for the number of the next row and for epochs that are empty. To be called before the connection's first transaction: a page that cannot be
    /// read would end one.
    /// </summary>
    /// <param name="session">The writer's connection.</param>
    /// <param name="damage">Told of a page that cannot be read: whoever needs it finds out, and nobody else.</param>
    public void Look(SqliteSession session, DamageLog damage)
    {
        if (_nextRowNo != 0)
        {
            return;
        }

        _nextRowNo = FindNext(session, damage);
        _empty = [.. List(session).Where(epoch => IsPast(epoch) && TryIsEmpty(session, epoch))];
    }

    /// <summary>
    /// Lists the epochs that the transaction may need. To be called as it begins, before any savepoint: what lists an epoch must not be
    /// undone while rows of it stay. A transaction that fails takes the connection and this object with it.
    /// </summary>
    public void Prepare(SqliteSession session)
    {
        Forget(session, _empty);
        _empty = [];

        // Without a look at the newest rows, an epoch ahead at each opening would make a list without end of a page that stays damaged.
        long last = _isBlind ? Of(_nextRowNo + MostRowsTogether) : Of(_nextRowNo) + 1;
        for (long epoch = Math.Max(_preparedEpoch + 1, Of(_nextRowNo)); epoch <= last; epoch++)
        {
            session["INSERT INTO epoch (epoch) VALUES (?1) ON CONFLICT DO NOTHING"].Bind(1, epoch).Run();
            _preparedEpoch = epoch;
        }
    }

    /// <summary>Whether an epoch gets no row any more.</summary>
    public bool IsPast(long epoch) => epoch < Of(_nextRowNo);

    /// <summary>The number of the next row.</summary>
    public long TakeRowNo() => _nextRowNo++;

    /// <summary>Whether an epoch has no row left. None comes back to one that is not among the newest.</summary>
    public static bool IsEmpty(SqliteSession session, long epoch) =>
        session["SELECT 1 FROM command WHERE row_no BETWEEN ?1 << 18 AND (?1 << 18) + 262143 LIMIT 1"].Bind(1, epoch).Scalar() is null;

    /// <summary>Strikes epochs off that are empty, whatever earlier ones hold. The newest stay: they get the next rows.</summary>
    public int Forget(SqliteSession session, IEnumerable<long> empty)
    {
        int count = 0;
        foreach (long epoch in empty.Where(IsPast))
        {
            count += session["DELETE FROM epoch WHERE epoch = ?1"].Bind(1, epoch).Run();
        }

        return count;
    }

    /// <summary>Where the newest rows cannot be read, the next one begins the last epoch that is listed: one is always listed ahead.</summary>
    private long FindNext(SqliteSession session, DamageLog damage)
    {
        try
        {
            return (session["SELECT max(row_no) FROM command"].Scalar() ?? 0) + 1;
        }
        catch (SqliteException fault) when (SqliteFaults.IsDamage(fault))
        {
            damage.PassedOver("The newest page of the table command", SqliteFaults.Unreadable(fault).Message);
            _isBlind = true;
            return Math.Max(1, (session["SELECT max(epoch) FROM epoch"].Scalar() ?? 0) << RowBits);
        }
    }

    private static List<long> List(SqliteSession session)
    {
        var epochs = new List<long>();
        SqliteStatement row = session["SELECT epoch FROM epoch"];
        while (row.Step())
        {
            epochs.Add(row.Int64(0));
        }

        return epochs;
    }

    /// <summary>An epoch of which it cannot be read whether it is empty stays listed, which costs a search a look.</summary>
    private static bool TryIsEmpty(SqliteSession session, long epoch)
    {
        try
        {
            return IsEmpty(session, epoch);
        }
        catch (SqliteException fault) when (SqliteFaults.IsDamage(fault))
        {
            return false;
        }
    }
}
