using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <inheritdoc/>
internal sealed class CommitColumn<T>(string name, string sqlType, NpgsqlDbType elementType, Func<PostgresCommit, int, T> read)
    : CommitColumn(name, sqlType, elementType)
{
    private readonly List<T> _values = [];

    /// <inheritdoc/>
    public override object Values => _values;

    /// <inheritdoc/>
    public override void Add(PostgresCommit commit, int at) => _values.Add(read(commit, at));

    /// <inheritdoc/>
    public override void Clear() => _values.Clear();
}
