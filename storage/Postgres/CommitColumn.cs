using NpgsqlTypes;

namespace CommandBroker.Storage.Postgres;

/// <summary>One column of a batch, sent as one array.</summary>
internal abstract class CommitColumn(string name, string sqlType, NpgsqlDbType elementType)
{
    /// <summary>The table's column.</summary>
    public string Name => name;

    /// <summary>The array's type in SQL.</summary>
    public string ArraySqlType => sqlType + "[]";

    /// <summary>The array's type for Npgsql.</summary>
    public NpgsqlDbType ArrayType => NpgsqlDbType.Array | elementType;

    /// <summary>The values gathered so far, as Npgsql takes them.</summary>
    public abstract object Values { get; }

    /// <summary>Adds the value of one command.</summary>
    public abstract void Add(PostgresCommit commit, int at);

    /// <summary>Forgets the values and keeps their memory for the next batch.</summary>
    public abstract void Clear();
}
