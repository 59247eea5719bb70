using System.Data.Common;
using Npgsql;

namespace CommandBroker.Storage;

/// <summary>The connection over which silos and gateways read who is in the cluster.</summary>
public static class MembershipConnection
{
    /// <summary>Orleans' name of the database driver.</summary>
    public const string Invariant = "Npgsql";

    private const int TimeoutSeconds = 3;

    // Orleans goes on with a session at a server that has become read-only, as after a failover, and is refused for as long as the session lasts.
    private const int LifetimeSeconds = 10;

    /// <summary>
    /// The connection string with what the reader of membership needs and the giver has not set: short timeouts, because a silo that waits
    /// 30 s for a stopped database notices neither the dead nor the new; few connections, because it asks one thing at a time; none that is older than
    /// 10 s, so that it does not stay with a server that was replaced.
    /// </summary>
    /// <exception cref="ArgumentException">The string is not one of Npgsql's.</exception>
    public static string Of(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);

        // Npgsql's own builder contains every keyword it knows, given or not. It writes out what was set, each by its one name.
        var given = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
        SetUnlessGiven(settings, given, "Timeout", TimeoutSeconds);
        SetUnlessGiven(settings, given, "Command Timeout", TimeoutSeconds);
        SetUnlessGiven(settings, given, "Cancellation Timeout", 500);
        SetUnlessGiven(settings, given, "Maximum Pool Size", 4);
        SetUnlessGiven(settings, given, "Max Auto Prepare", 20);
        SetUnlessGiven(settings, given, "Connection Lifetime", LifetimeSeconds);
        SetUnlessGiven(settings, given, "Application Name", "commandbroker-membership");
        return settings.ConnectionString;
    }

    private static void SetUnlessGiven(NpgsqlConnectionStringBuilder settings, DbConnectionStringBuilder given, string name, object value)
    {
        if (!given.ContainsKey(name))
        {
            settings[name] = value;
        }
    }
}
