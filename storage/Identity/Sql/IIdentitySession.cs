namespace CommandBroker.Storage.Identity.Sql;

/// <summary>
/// One connection, as the statements of identities need it. They are written in what SQLite and PostgreSQL have in common, so that there is one
/// text of each: parameters <c>$1</c>…, flags as 0 and 1, instants as UTC ticks.
/// </summary>
internal interface IIdentitySession
{
    /// <summary>Runs a statement that answers no rows.</summary>
    /// <param name="sql">A constant text.</param>
    /// <param name="values">long, string, byte[] or null for each parameter, in order.</param>
    /// <returns>How many rows it changed.</returns>
    ValueTask<int> RunAsync(string sql, params object?[] values);

    /// <summary>Runs a statement that answers no rows, once for each row of values, in one round trip.</summary>
    ValueTask RunAllAsync(string sql, IReadOnlyList<object?[]> rows);

    /// <summary>Reads all rows of a query.</summary>
    ValueTask<List<T>> ReadAsync<T>(string sql, Func<IIdentityRow, T> read, params object?[] values);
}
