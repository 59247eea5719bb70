using System.Buffers.Binary;
using CommandBroker.Core;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>An index leads to a row by a copy of its key: a bit that flips in the row itself must not lead the reading of a long queue astray.</summary>
public sealed class PostgresLongQueueDamageTests
{
    private const int PartCount = 1_000;

    /// <summary>One command more than a part; the last row of the first part says on the disk that it is another one.</summary>
    [PostgresFact(OwnServer = true)]
    public async Task A_long_queue_whose_row_holds_another_number_than_its_index_is_quarantined_and_not_read_for_ever()
    {
        string tables = Directory.CreateTempSubdirectory("commandbroker-damage-").FullName;
        OpenToAll(tables);
        try
        {
            await using PostgresServer server = await PostgresServer.StartOwnAsync(tables);
            await using var fixture = new PostgresFixture(server);
            await fixture.OpenAsync();
            long lower = await FillAsync(fixture, "lower");
            long foreign = await FillAsync(fixture, "foreign");
            await FillAsync(fixture, "sound");

            // The page's checksum tells of a flipped bit first, where the disk flipped it; not where it was memory. And rows come by the index.
            foreach (string setting in (string[])["ignore_checksum_failure = on", "enable_sort = off", "enable_seqscan = off", "enable_bitmapscan = off"])
            {
                await fixture.ExecuteAsync($"alter system set {setting}");
            }

            await fixture.ExecuteAsync("checkpoint");
            string file = Path.Combine(tables, "data", (string)(await fixture.ScalarAsync("select pg_relation_filepath('command')"))!);
            NpgsqlConnection.ClearAllPools();
            await server.StopAsync();
            Overwrite(file, Row(lower, PartCount), Row(lower, 0));
            Overwrite(file, Row(foreign, PartCount), Row(foreign + 1_000, PartCount));
            await server.StartAgainAsync();
            await fixture.ReopenAsync();

            foreach (string damaged in (string[])["lower", "foreign"])
            {
                var refused = await Assert.ThrowsAsync<UnreadableRowException>(
                    () => fixture.Commands.LoadAsync(SourceServerKey.Parse(damaged)).WaitAsync(TimeSpan.FromMinutes(1)));
                Assert.Contains("its index leads to a row of number", refused.Message, StringComparison.Ordinal);
            }

            Assert.Equal(PartCount + 1, (await fixture.LoadAsync("sound")).State.Open.Length);
        }
        finally
        {
            Directory.Delete(tables, recursive: true);
        }
    }

    private static async Task<long> FillAsync(PostgresFixture fixture, string key)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        foreach (int[] part in Enumerable.Range(1, PartCount + 1).Chunk(PartCount))
        {
            await fixture.Commands.CommitAsync(new QueueCommit
            {
                SourceNo = queue.SourceNo, Commands = [.. part.Select(seq => Samples.Pending(seq))], OpenFrom = 1,
            });
        }

        return queue.SourceNo;
    }

    /// <summary>How a row of version 1 begins on the disk.</summary>
    private static byte[] Row(long sourceNo, long seq)
    {
        byte[] bytes = new byte[20];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sourceNo);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), seq);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), 1);
        return bytes;
    }

    private static void Overwrite(string file, byte[] row, byte[] other)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int at = bytes.AsSpan().IndexOf(row);
        Assert.InRange(at, 24, bytes.Length);
        using FileStream stream = File.OpenWrite(file);
        stream.Position = at;
        stream.Write(other);
    }

    private static void OpenToAll(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        }
    }
}
