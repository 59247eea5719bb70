using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>What every session of the broker is set to, whatever the role's or the database's defaults are.</summary>
internal static class PostgresSession
{
    // Set by statements and not by the start-up packet's options, which poolers refuse. An operator may ask a commit for more than a local flush,
    // never for less; a warning about a commit must arrive; and statements end by the broker's own times.
    private const string Settings = $"""
        set client_min_messages = warning; set statement_timeout = 0;
        select {Lineage};
        select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'
        """;

    /// <summary>
    /// An expression: the server's timeline, eight hexadecimal digits, a slash and the identifier of its system. A standby that takes over begins a higher
    /// timeline of the same system. Empty at a standby.
    /// </summary>
    public const string Lineage = """
        case when pg_is_in_recovery() then ''
        else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '/' || (select system_identifier from pg_control_system()) end
        """;

    /// <summary>Sets a new session up.</summary>
    /// <returns>The server's <see cref="Lineage"/>.</returns>
    public static async Task<string> SetUpAsync(NpgsqlConnection connection)
    {
        await using var settings = new NpgsqlCommand(Settings, connection);
        return (string)(await settings.ExecuteScalarAsync())!;
    }

    /// <inheritdoc cref="SetUpAsync"/>
    public static string SetUp(NpgsqlConnection connection)
    {
        using var settings = new NpgsqlCommand(Settings, connection);
        return (string)settings.ExecuteScalar()!;
    }
}
