using System.Collections.Concurrent;
using CommandBroker.Storage.Identity.Sql;

namespace CommandBroker.Storage.Sqlite;

/// <summary>One connection for the statements of identities.</summary>
internal sealed class SqliteIdentitySession(SqliteSession session) : IIdentitySession
{
    // SQLite numbers $1 by where it stands, ?1 by its number. One string of each text: the session keeps prepared statements by reference.
    private static readonly ConcurrentDictionary<string, string> Translated = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<int> RunAsync(string sql, params object?[] values) => new(Prepare(sql, values).Run());

    /// <inheritdoc/>
    public ValueTask RunAllAsync(string sql, IReadOnlyList<object?[]> rows)
    {
        foreach (object?[] values in rows)
        {
            Prepare(sql, values).Run();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<List<T>> ReadAsync<T>(string sql, Func<IIdentityRow, T> read, params object?[] values)
    {
        SqliteStatement statement = Prepare(sql, values);
        var row = new Row(statement);
        var found = new List<T>();
        while (statement.Step())
        {
            found.Add(read(row));
        }

        return new ValueTask<List<T>>(found);
    }

    private SqliteStatement Prepare(string sql, object?[] values)
    {
        SqliteStatement statement = session[Translated.GetOrAdd(sql, text => text.Replace('$', '?'))];
        for (int at = 0; at < values.Length; at++)
        {
            _ = values[at] switch
            {
                null => statement.Bind(at + 1, (long?)null),
                long number => statement.Bind(at + 1, number),
                string text => statement.Bind(at + 1, text),
                byte[] bytes => statement.Bind(at + 1, bytes),
                object other => throw new ArgumentException($"A {other.GetType().Name} cannot be bound.", nameof(values)),
            };
        }

        return statement;
    }

    private sealed class Row(SqliteStatement statement) : IIdentityRow
    {
        public long? Number(int column) => statement.NullableInt64(column);

        public string? Text(int column) => statement.NullableText(column);

        public byte[]? Bytes(int column) => statement.Blob(column);
    }
}
