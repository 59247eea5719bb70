namespace CommandBroker.Storage.Sqlite;

/// <summary>
/// Gives out row numbers, which rise with every enqueue, and keeps the list of epochs that hold rows. An index that begins with the epoch
/// is written at its newest part only, however large the history is; a search looks into each epoch, four for a million commands.
/// </summary>
internal sealed class SqliteEpochs
{
    private const int RowBits = 18;
    private const string IsEmpty = "NOT EXISTS (SELECT 1 FROM command WHERE row_no BETWEEN epoch.epoch << 18 AND (epoch.epoch << 18) + 262143)";

    private long _nextRowNo;
    private long _preparedEpoch = -1;

    /// <summary>The epoch of a row.</summary>
    public static long Of(long rowNo) => rowNo >> RowBits;

    /// <summary>
    /// Lists the epochs that the transaction may need. To be called as it begins, before any savepoint: what lists an epoch must not be
    /// undone while rows of it stay. A transaction that fails takes the connection and this object with it.
    /// </summary>
    public void Prepare(SqliteSession session)
    {
        if (_nextRowNo == 0)
        {
            _nextRowNo = (session["SELECT max(row_no) FROM command"].Scalar() ?? 0) + 1;
            session[$"DELETE FROM epoch WHERE epoch < ?1 AND {IsEmpty}"].Bind(1, Of(_nextRowNo)).Run();
        }

        for (long epoch = Math.Max(_preparedEpoch + 1, Of(_nextRowNo)); epoch <= Of(_nextRowNo) + 1; epoch++)
        {
            session["INSERT INTO epoch (epoch) VALUES (?1) ON CONFLICT DO NOTHING"].Bind(1, epoch).Run();
            _preparedEpoch = epoch;
        }
    }

    /// <summary>The number of the next row.</summary>
    public long TakeRowNo() => _nextRowNo++;

    /// <summary>Strikes those of these epochs off that have no row left, whatever earlier ones hold. The newest stay: they get the next rows.</summary>
    public void Forget(SqliteSession session, IEnumerable<long> epochs)
    {
        foreach (long epoch in epochs.Where(epoch => epoch < Of(_nextRowNo)))
        {
            session[$"DELETE FROM epoch WHERE epoch = ?1 AND {IsEmpty}"].Bind(1, epoch).Run();
        }
    }
}
