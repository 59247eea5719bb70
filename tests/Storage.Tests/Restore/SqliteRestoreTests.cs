using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class SqliteRestoreTests() : RestoreContract(new SqliteFixture())
{
    private SqliteFixture File => (SqliteFixture)Fixture;

    [Fact]
    public async Task A_backup_made_while_the_broker_runs_holds_all_that_was_acknowledged_and_raises_its_numbers_once_and_by_itself()
    {
        StoredQueue queue = await EnqueueAsync(await Fixture.RegisterAsync("a"), 3);
        string directory = Path.Combine(File.Options.DataDirectory, "restored");
        Directory.CreateDirectory(directory);
        string target = Path.Combine(directory, SqliteDatabase.FileName);

        await StoreMaintenance.BackupAsync(StoreLocation.Parse(File.FilePath), target, CancellationToken.None);
        await EnqueueAsync(queue, 2);

        Assert.Equal([target], Directory.GetFiles(directory));
        foreach (int second in (int[])[0, 60])
        {
            await using var restored = new SqliteDatabase(new StorageOptions { DataDirectory = directory }, new FakeTimeProvider(Restored.AddSeconds(second)));
            await restored.OpenAsync(CancellationToken.None);
            QueueState state = (await restored.Commands.LoadAsync(SourceServerKey.Parse("a")))!.State;
            Assert.Equal((3, Micros(Restored)), (state.Open.Length, state.LastSeq));
        }

        await Fixture.ReopenAsync();
        Assert.Equal(5, (await Fixture.LoadAsync("a")).State.LastSeq);
    }

    [Fact]
    public async Task A_backup_never_overwrites_a_file()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StoreMaintenance.BackupAsync(StoreLocation.Parse(File.FilePath), File.FilePath, CancellationToken.None));

        Assert.Contains("a backup goes into a new file", refused.Message, StringComparison.Ordinal);
    }
}
