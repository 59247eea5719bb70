using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class MembershipConnectionTests
{
    [Fact]
    public void A_silo_that_reads_who_is_there_waits_for_a_silent_database_for_seconds()
    {
        var settings = new NpgsqlConnectionStringBuilder(MembershipConnection.Of("Host=db"));

        Assert.Equal((3, 3, 500), (settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout));
        Assert.Equal((4, "commandbroker-membership"), (settings.MaxPoolSize, settings.ApplicationName));
    }

    [Fact]
    public void Who_reads_who_is_there_does_not_stay_with_a_server_that_was_replaced()
    {
        Assert.Equal(10, new NpgsqlConnectionStringBuilder(MembershipConnection.Of("Host=db")).ConnectionLifetime);
        Assert.Equal(90, new NpgsqlConnectionStringBuilder(MembershipConnection.Of("Host=db;Connection Lifetime=90")).ConnectionLifetime);
    }

    [Fact]
    public void What_the_operator_says_of_it_counts()
    {
        var settings = new NpgsqlConnectionStringBuilder(MembershipConnection.Of("Host=db;Command Timeout=9;Timeout=8;Maximum Pool Size=7;Application Name=mine"));

        Assert.Equal((8, 9, 7, "mine"), (settings.Timeout, settings.CommandTimeout, settings.MaxPoolSize, settings.ApplicationName));
    }
}
