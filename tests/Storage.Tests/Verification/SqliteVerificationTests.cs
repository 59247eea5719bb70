using CommandBroker.Storage.Sqlite;
using Xunit;
using static CommandBroker.Storage.Verification.StoreInvariant;

namespace CommandBroker.Storage.Tests;

public sealed class SqliteVerificationTests() : StoreVerificationContract(new SqliteFixture())
{
    protected override string UseANumberTwice => """
        INSERT INTO command (source_no, seq, version, writer, state, delivery_count, redrive_count, enqueued_at, epoch, payload)
        SELECT source_no, 1, 1, 1, 0, 0, 0, enqueued_at, epoch, payload FROM command WHERE source_no = 1 AND seq = 3
        """;

    protected override string ChangeKeyOfFirst(string key) =>
        $"UPDATE command SET idempotency_key = '{key}', key_hash = {KeyHash.Of(key)} WHERE source_no = 1 AND seq = 1";

    [Fact]
    public Task A_key_that_no_search_finds_is_noticed() =>
        FindsAsync("UPDATE command SET key_hash = 1 WHERE source_no = 1 AND seq = 1", (KeysAreUnique, 1, "does not find it"));

    [Fact]
    public Task Ended_commands_that_no_search_finds_are_noticed() =>
        FindsAsync("DELETE FROM epoch", (NothingIsLost, null, "are missing"), (NothingIsLost, null, "1 ended commands are in epochs"));

    [Fact]
    public async Task A_file_of_another_schema_is_refused()
    {
        await Fixture.ExecuteAsync("PRAGMA user_version = 1");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => VerifyAsync());

        Assert.Contains("has version 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_store_is_read_and_not_changed()
    {
        var fixture = (SqliteFixture)Fixture;
        await fixture.Database.DisposeAsync();
        byte[] before = await File.ReadAllBytesAsync(fixture.FilePath);

        Assert.Empty((await VerifyAsync()).Findings);

        Assert.Equal(before, await File.ReadAllBytesAsync(fixture.FilePath));
        await fixture.OpenAsync();
    }
}
