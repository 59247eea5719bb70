using CommandBroker.Storage.Postgres;
using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class PostgresSchemaTests
{
    private const string FirstWrite =
        "select newgrainstateversion from writetostorage(1, 2, 3, 4, 'type', null, 'service', null, 'x'::bytea)";

    [PostgresFact]
    public async Task Brokers_that_start_together_take_turns()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var other = fixture.Create();
            await other.OpenAsync(CancellationToken.None);
        }));

        Assert.Equal((long)Migration.Known().Count, await fixture.ScalarAsync("select count(*) from schema_step"));
    }

    [PostgresFact]
    public async Task No_index_holds_what_a_delivery_or_an_end_changes()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();

        object? found = await fixture.ScalarAsync("""
            select string_agg(distinct a.attname, ' ' order by a.attname)
            from pg_index i join pg_depend d on d.objid = i.indexrelid and d.refobjid = i.indrelid
            join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
            where i.indrelid = 'command'::regclass
            """);

        Assert.Equal("idempotency_key redrive_count source_no", found);
    }

    [PostgresFact]
    public async Task A_newer_schema_is_refused()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await fixture.ScalarAsync("insert into schema_version (version, name) values (99, 'later')");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(fixture.ReopenAsync);

        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_missing_unique_key_of_grain_state_is_noticed_at_start()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await fixture.ScalarAsync("drop index orleansstorage_key");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(fixture.ReopenAsync);

        Assert.Contains("OrleansStorage_Key", refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Of_many_first_writes_of_one_grain_one_is_acknowledged()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();

        object?[] versions = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.ScalarAsync(FirstWrite)));

        Assert.Single(versions, version => version is 1);
        Assert.Equal(1L, await fixture.ScalarAsync("select count(*) from orleansstorage"));
    }

    [PostgresFact]
    public async Task Grain_state_is_written_over_its_last_version_only()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await fixture.ScalarAsync(FirstWrite);
        string second = FirstWrite.Replace("null, 'x'", "1, 'y'", StringComparison.Ordinal);

        Assert.Equal(2, await fixture.ScalarAsync(second));
        Assert.Equal(1, await fixture.ScalarAsync(second));
    }

    [PostgresFact]
    public async Task Of_many_silos_that_join_over_one_version_of_the_list_one_is_acknowledged()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        string start = await QueryAsync(fixture, "InsertMembershipVersionKey");
        string join = await QueryAsync(fixture, "InsertMembershipKey");
        Assert.Equal(1, await fixture.ScalarAsync(start));
        Assert.Equal(0, await fixture.ScalarAsync(start));

        object?[] joined = await Task.WhenAll(Enumerable.Range(1, 10).Select(port => fixture.ScalarAsync(
            join.Replace("@Port", $"{port}", StringComparison.Ordinal))));

        Assert.Equal(1, joined.Count(written => written is 1));
        Assert.Equal(1L, await fixture.ScalarAsync("select count(*) from orleansmembershiptable"));
        Assert.Equal(1, await fixture.ScalarAsync("select version from orleansmembershipversiontable"));
    }

    [PostgresFact]
    public async Task A_silo_that_is_not_listed_changes_neither_list_nor_version()
    {
        await using var fixture = new PostgresFixture();
        await fixture.OpenAsync();
        await fixture.ScalarAsync(await QueryAsync(fixture, "InsertMembershipVersionKey"));

        string update = await QueryAsync(fixture, "UpdateMembershipKey");

        Assert.Equal(0, await fixture.ScalarAsync(update.Replace("@Port", "1", StringComparison.Ordinal)));
        Assert.Equal(0, await fixture.ScalarAsync("select version from orleansmembershipversiontable"));
    }

    // Orleans' statements with values in place of its parameters.
    private static async Task<string> QueryAsync(PostgresFixture fixture, string key)
    {
        string text = (string)(await fixture.ScalarAsync($"select querytext from orleansquery where querykey = '{key}'"))!;
        return text.Replace("@DeploymentId", "'c'", StringComparison.Ordinal)
            .Replace("@Address", "'127.0.0.1'", StringComparison.Ordinal)
            .Replace("@Generation", "1", StringComparison.Ordinal)
            .Replace("@SiloName", "'s'", StringComparison.Ordinal)
            .Replace("@HostName", "'h'", StringComparison.Ordinal)
            .Replace("@Status", "3", StringComparison.Ordinal)
            .Replace("@ProxyPort", "30000", StringComparison.Ordinal)
            .Replace("@SuspectTimes", "null", StringComparison.Ordinal)
            .Replace("@StartTime", "now()", StringComparison.Ordinal)
            .Replace("@IAmAliveTime", "now()", StringComparison.Ordinal)
            .Replace("@Version", "0", StringComparison.Ordinal);
    }
}
