namespace CommandBroker.Storage;

/// <summary>
/// The database refuses what the broker needs, for a reason that trying again does not mend: a wrong password, a missing privilege, database or
/// table. Nothing was written.
/// </summary>
/// <param name="sqlState">The server's five-character code.</param>
/// <param name="innerException">The provider's own exception, for the log.</param>
public sealed class StoreRefusedException(string sqlState, Exception innerException)
    : Exception($"The database refuses the broker (SQLSTATE {sqlState}); the broker's log says more.", innerException);
