using CommandBroker.Storage.Postgres;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class MigrationNumberTests
{
    [Theory]
    [InlineData("Postgres")]
    [InlineData("Sqlite")]
    public void No_two_steps_of_a_schema_have_one_number(string store)
    {
        string folder = $"CommandBroker.Storage.{store}.Migrations.";
        string[] numbers = [.. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => name.Substring(folder.Length, 4))];

        Assert.True(numbers.Length > 5);
        Assert.Distinct(numbers);
    }
}
