using Microsoft.Data.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>The statements that Orleans' grain storage runs, with the parameters and the reading of results that it uses.</summary>
public sealed class SqliteOrleansTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public Task InitializeAsync() => _fixture.OpenAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public void A_first_write_has_version_one_and_a_second_first_write_conflicts()
    {
        Assert.Equal([1L], Write(version: null, 1));

        Assert.Empty(Write(version: null, 2));
        Assert.Equal(((byte?)1, 1L), Read());
    }

    [Fact]
    public void A_write_over_the_stored_version_wins_and_one_over_an_older_answers_its_own_version()
    {
        Write(version: null, 1);

        Assert.Equal([2L], Write(version: 1, 2));
        Assert.Equal([1L], Write(version: 1, 3));
        Assert.Equal(((byte?)2, 2L), Read());
    }

    [Fact]
    public void A_cleared_state_keeps_its_version_and_takes_the_next_write()
    {
        Write(version: null, 1);

        Assert.Equal([2L], Run("ClearStorageKey", 1, null));
        Assert.Equal([1L], Run("ClearStorageKey", 1, null));
        Assert.Equal((null, 2L), Read());
        Assert.Equal([3L], Write(version: 2, 9));
    }

    private List<long> Write(int? version, byte payload) => Run("WriteToStorageKey", version, [payload]);

    private List<long> Run(string query, int? version, byte[]? payload)
    {
        using SqliteCommand command = Prepare(query, version, payload);
        using SqliteDataReader reader = command.ExecuteReader();
        var versions = new List<long>();
        do
        {
            while (reader.Read())
            {
                versions.Add(reader.GetInt32(reader.GetOrdinal("NewGrainStateVersion")));
            }
        }
        while (reader.NextResult());

        return versions;
    }

    private (byte? Payload, long Version) Read()
    {
        using SqliteCommand command = Prepare("ReadFromStorageKey", null, null);
        using SqliteDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());
        return ((reader["PayloadBinary"] as byte[])?[0], (long)reader["Version"]);
    }

    private SqliteCommand Prepare(string query, int? version, byte[]? payload)
    {
        var connection = new SqliteConnection(_fixture.Database.OrleansConnection!.Value.ConnectionString + ";Pooling=False");
        connection.Open();
        using SqliteCommand lookUp = connection.CreateCommand();
        lookUp.CommandText = "SELECT QueryText FROM OrleansQuery WHERE QueryKey = @key";
        lookUp.Parameters.AddWithValue("@key", query);
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = (string)lookUp.ExecuteScalar()!;
        (string Name, object? Value)[] parameters =
        [
            ("GrainIdHash", 1), ("GrainIdN0", 2L), ("GrainIdN1", 3L), ("GrainTypeHash", 4), ("GrainTypeString", "type"),
            ("GrainIdExtensionString", null), ("ServiceId", "service"), ("GrainStateVersion", version), ("PayloadBinary", payload),
        ];
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue("@" + name, value ?? DBNull.Value);
        }

        return command;
    }
}
