using System.Globalization;
using CommandBroker.Storage.Identity.Sql;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>One pooled connection for the statements of identities.</summary>
internal sealed class PostgresIdentitySession(NpgsqlConnection connection) : IIdentitySession
{
    /// <inheritdoc/>
    public async ValueTask<int> RunAsync(string sql, params object?[] values)
    {
        await using NpgsqlCommand command = CommandOf(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask RunAllAsync(string sql, IReadOnlyList<object?[]> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (object?[] values in rows)
        {
            var command = new NpgsqlBatchCommand(sql);
            Add(command.Parameters, values);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<List<T>> ReadAsync<T>(string sql, Func<IIdentityRow, T> read, params object?[] values)
    {
        await using NpgsqlCommand command = CommandOf(sql, values);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var row = new Row(reader);
        var found = new List<T>();
        while (await reader.ReadAsync())
        {
            found.Add(read(row));
        }

        return found;
    }

    private NpgsqlCommand CommandOf(string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        Add(command.Parameters, values);
        return command;
    }

    // A NULL goes without a type: the server takes that of the column or of the cast around it.
    private static void Add(NpgsqlParameterCollection parameters, object?[] values) =>
        Array.ForEach(values, value => parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value }));

    private sealed class Row(NpgsqlDataReader reader) : IIdentityRow
    {
        public long? Number(int column) =>
            reader.IsDBNull(column) ? null : Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

        public string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        public byte[]? Bytes(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
    }
}
