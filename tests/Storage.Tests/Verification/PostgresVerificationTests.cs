using CommandBroker.Storage.Verification;
using Xunit;
using static CommandBroker.Storage.Verification.StoreInvariant;

namespace CommandBroker.Storage.Tests;

[NeedsPostgres]
public sealed class PostgresVerificationTests() : StoreVerificationContract(new PostgresFixture())
{
    protected override string AlsoUncount => "; UPDATE project_total SET registered_count = 0 WHERE project_id = (SELECT project_id FROM source_server WHERE source_no = 1)";

    protected override string LiftUniqueKey => "DROP INDEX command_key;";

    protected override string UseANumberTwice => """
        ALTER TABLE command DROP CONSTRAINT command_pkey;
        CREATE INDEX ON command (source_no, seq);
        INSERT INTO command SELECT * FROM command WHERE source_no = 1 AND seq = 3
        """;

    protected override string ChangeKeyOfFirst(string key) => $"UPDATE command SET idempotency_key = '{key}' WHERE source_no = 1 AND seq = 1";

    [StoreFact]
    public Task An_open_command_that_a_load_does_not_look_for_is_noticed() =>
        FindsAsync("UPDATE command SET open_from = 4 WHERE source_no = 1 AND seq = 3", (EverythingIsDelivered, 3, "looked for from 4 on"));

    [StoreFact]
    public Task A_count_of_source_servers_that_is_wrong_is_noticed() =>
        FindsAsync("UPDATE project_total SET registered_count = 7 WHERE project_id = 'blue'", (SizesAreBounded, null, "counts 7 source servers and has 1"));

    [StoreFact]
    public Task More_kept_reports_than_allowed_are_noticed() => FindsAsync(
        """
        INSERT INTO stray_report (source_no, reported_at, reason, result, name, result_detail, reported_by)
        SELECT 1, 1, 1, 1, '', '', '' FROM generate_series(1, 101)
        """,
        (SizesAreBounded, null, "101 reports"));

    [StoreFact]
    public async Task A_database_without_the_schema_is_refused()
    {
        await Fixture.ExecuteAsync("DELETE FROM schema_step WHERE version = 7");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => VerifyAsync());

        Assert.Contains("this release reads", refused.Message, StringComparison.Ordinal);
    }
}
