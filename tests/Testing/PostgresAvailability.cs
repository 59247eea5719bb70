namespace CommandBroker.Testing;

/// <summary>Whether tests can have a PostgreSQL, and what is to be done when not.</summary>
public static class PostgresAvailability
{
    /// <summary>Names an existing server: an Npgsql connection string of a role that may create databases.</summary>
    public const string ServerVariable = "COMMANDBROKER_TEST_POSTGRES";

    /// <summary>Set to 1, as CI does, a missing PostgreSQL fails the tests instead of skipping them.</summary>
    public const string RequireVariable = "COMMANDBROKER_REQUIRE_POSTGRES";

    /// <summary>What mends a missing server.</summary>
    public const string Remedy = $"install the package postgresql or set {ServerVariable}";

    /// <summary>What mends a missing server that the test can stop and start.</summary>
    public const string OwnServerRemedy = "install the package postgresql: this test stops and starts its own server";

    /// <summary>The given server's connection string; null when none is given.</summary>
    public static string? GivenServer =>
        Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } given ? given : null;

    /// <summary>Why a test must be skipped; null when it can run, or must fail.</summary>
    /// <param name="ownServer">Whether the test stops and starts the server, which a given one does not allow.</param>
    public static string? SkipReason(bool ownServer)
    {
        bool available = PostgresBinaries.Directory is not null || (!ownServer && GivenServer is not null);
        bool required = Environment.GetEnvironmentVariable(RequireVariable) == "1";
        return available || required ? null : ownServer ? OwnServerRemedy : Remedy;
    }
}
