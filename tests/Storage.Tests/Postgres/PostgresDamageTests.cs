using System.Text;
using CommandBroker.Core;
using CommandBroker.Storage.Verification;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class PostgresDamageTests
{
    private const int PageBytes = 8_192;

    /// <summary>Two source servers, each with enough commands to have pages of its own; one bit of the first one's flips on the disk while the server is stopped.</summary>
    [PostgresFact(OwnServer = true)]
    public async Task A_bit_that_flips_in_the_file_quarantines_the_source_server_whose_row_is_there_and_no_other()
    {
        string tables = Directory.CreateTempSubdirectory("commandbroker-damage-").FullName;
        OpenToAll(tables);
        try
        {
            await using PostgresServer server = await PostgresServer.StartOwnAsync(tables);
            await using var fixture = new PostgresFixture(server);
            await fixture.OpenAsync();
            await FillAsync(fixture, "spoilt", "first");
            await FillAsync(fixture, "sound", "second");
            await fixture.ExecuteAsync("checkpoint");
            string file = Path.Combine(tables, "data", (string)(await fixture.ScalarAsync("select pg_relation_filepath('command')"))!);
            NpgsqlConnection.ClearAllPools();
            await server.StopAsync();

            FlipBit(file, "first-0001-the-text-of-this-one-command");
            await server.StartAgainAsync();
            await fixture.ReopenAsync();

            Task<StoredQueue?> spoilt = fixture.Commands.LoadAsync(SourceServerKey.Parse("spoilt"));
            Task<StoredQueue?> sound = fixture.Commands.LoadAsync(SourceServerKey.Parse("sound"));
            var refused = await Assert.ThrowsAsync<UnreadableRowException>(() => spoilt);
            Assert.Contains("PostgreSQL found its file damaged", refused.Message, StringComparison.Ordinal);
            Assert.Equal(100, (await sound)!.State.Open.Length);

            SourceServerPage quarantined = await fixture.Sources.ListAsync(new SourceServerFilter(ProjectId.Default, 10, Quarantined: true));
            Assert.Equal("spoilt", Assert.Single(quarantined.Servers).Key.Text);

            // Behind it, a walk over all source servers goes on.
            OverduePage overdue = await fixture.Commands.FindOverdueAsync(0, Samples.Noon, 100);
            Assert.Empty(overdue.Keys);
            Assert.Null(overdue.Next);
            await fixture.ExecuteAsync("update source_server set quarantine_reason = null");
            await ExpireAsync(fixture, "sound");
            overdue = await fixture.Commands.FindOverdueAsync(0, Samples.Noon.AddDays(1), 100);
            Assert.Equal(["spoilt", "sound"], overdue.Keys.Select(key => key.Text));
            Assert.Null(overdue.Next);

            var verifier = new StoreVerifier(StoreLocation.Parse(fixture.Location));
            List<StoreFinding> findings = [];
            await foreach (StoreFinding finding in verifier.FindAsync(CancellationToken.None))
            {
                findings.Add(finding);
            }

            Assert.Contains(findings, finding => finding.Source == "spoilt" && finding.Invariant == StoreInvariant.EverythingIsReadable);
            Assert.DoesNotContain(findings, finding => finding.Source == "sound");
            Assert.Equal(2, verifier.Verdict.SourceServerCount);
        }
        finally
        {
            Directory.Delete(tables, recursive: true);
        }
    }

    /// <summary>One batch holds a commit over a damaged row, one whose key is taken, and two that nothing is wrong with.</summary>
    [PostgresFact(OwnServer = true)]
    public async Task A_damaged_row_and_a_clash_in_one_batch_of_commits_leave_the_others_their_answers()
    {
        string tables = Directory.CreateTempSubdirectory("commandbroker-damage-").FullName;
        OpenToAll(tables);
        try
        {
            await using PostgresServer server = await PostgresServer.StartOwnAsync(tables);
            await using var fixture = new PostgresFixture(server);
            await fixture.OpenAsync();
            await FillAsync(fixture, "spoilt", "first");
            await FillAsync(fixture, "sound", "second");
            StoredQueue spoilt = await fixture.LoadAsync("spoilt");
            StoredQueue sound = await fixture.LoadAsync("sound");
            StoredQueue held = await fixture.RegisterAsync("held");
            await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = sound.SourceNo, Commands = [Samples.Pending(101, "key")] });
            await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = held.SourceNo, Commands = [Samples.Pending(1)] });
            await fixture.ExecuteAsync("checkpoint");
            string file = Path.Combine(tables, "data", (string)(await fixture.ScalarAsync("select pg_relation_filepath('command')"))!);
            NpgsqlConnection.ClearAllPools();
            await server.StopAsync();
            FlipBit(file, "first-0001-the-text-of-this-one-command");
            await server.StartAgainAsync();
            await fixture.ReopenAsync();

            Command written = Samples.Leased(sound.State.Find(1)!);
            Assert.Equal(CommitStatus.Committed, await CommitAsync(sound, written));
            await AssertAnsweredAsync(1, Samples.Pending(102, "key"), CommitStatus.DuplicateKey, isClashFirst: false);
            await AssertAnsweredAsync(5, Samples.Pending(102, "key"), CommitStatus.DuplicateKey, isClashFirst: true);
            await AssertAnsweredAsync(9, written, CommitStatus.Conflict, isClashFirst: true);

            await AssertAnsweredBehindALostAnswerAsync();

            // The half of the batch without the damaged row waits, and its connection ends: all of it is looked at before it is written again.
            async Task AssertAnsweredBehindALostAnswerAsync()
            {
                await using NpgsqlConnection other = await fixture.ConnectAsync();
                await using NpgsqlTransaction hold = await other.BeginTransactionAsync();
                await LockAsync(other, hold, 13);
                Task<CommitStatus> first = CommitAsync(held, Samples.Leased(Samples.Pending(13)));
                await WaitForLockAsync();
                await using NpgsqlConnection third = await fixture.ConnectAsync();
                await using NpgsqlTransaction holdNext = await third.BeginTransactionAsync();
                await LockAsync(third, holdNext, 12);
                Task<CommitStatus>[] bystanders = [CommitAsync(held, Samples.Leased(Samples.Pending(12))), CommitAsync(held, Samples.Pending(14))];
                Task<CommitStatus> damaged = CommitAsync(spoilt, Samples.Leased(spoilt.State.Find(1)!));
                bystanders = [.. bystanders, CommitAsync(held, Samples.Pending(15))];
                await hold.RollbackAsync();
                Assert.Equal(CommitStatus.Committed, await first);
                await WaitForLockAsync();
                await fixture.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'");
                await holdNext.RollbackAsync();

                Assert.All(await Task.WhenAll(bystanders), status => Assert.Equal(CommitStatus.Committed, status));
                await Assert.ThrowsAsync<UnreadableRowException>(() => damaged);
            }

            async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction hold, long seq)
            {
                await using var touch = new NpgsqlCommand($"select 1 from command where source_no = {held.SourceNo} and seq = {seq} for update", connection, hold);
                Assert.NotNull(await touch.ExecuteScalarAsync());
            }

            async Task WaitForLockAsync()
            {
                while ((long)(await fixture.ScalarAsync("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"))! == 0)
                {
                    await Task.Yield();
                }
            }

            async Task AssertAnsweredAsync(long seq, Command clashing, CommitStatus answer, bool isClashFirst)
            {
                // Until this row is let go, what follows gathers.
                await using NpgsqlConnection other = await fixture.ConnectAsync();
                await using NpgsqlTransaction hold = await other.BeginTransactionAsync();
                await LockAsync(other, hold, seq);
                Task<CommitStatus> first = CommitAsync(held, Samples.Leased(Samples.Pending(seq)));
                await WaitForLockAsync();

                Task<CommitStatus>? clash = isClashFirst ? CommitAsync(sound, clashing) : null;
                Task<CommitStatus> damaged = CommitAsync(spoilt, Samples.Leased(spoilt.State.Find(1)!));
                Task<CommitStatus> bystander = CommitAsync(held, Samples.Pending(seq + 1));
                clash ??= CommitAsync(sound, clashing);
                Task<CommitStatus> another = CommitAsync(held, Samples.Pending(seq + 2), Samples.Pending(seq + 3), Samples.Pending(seq + 4));
                await hold.RollbackAsync();

                Assert.Equal(CommitStatus.Committed, await first);
                Assert.Equal(CommitStatus.Committed, await bystander);
                Assert.Equal(answer, await clash);
                Assert.Equal(CommitStatus.Committed, await another);
                await Assert.ThrowsAsync<UnreadableRowException>(() => damaged);
            }

            Task<CommitStatus> CommitAsync(StoredQueue queue, params ReadOnlySpan<Command> commands) =>
                fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. commands], OpenFrom = 1 });
        }
        finally
        {
            Directory.Delete(tables, recursive: true);
        }
    }

    private static async Task FillAsync(PostgresFixture fixture, string key, string text)
    {
        StoredQueue queue = await fixture.RegisterAsync(key);
        await fixture.Commands.CommitAsync(new QueueCommit
        {
            SourceNo = queue.SourceNo,
            Commands = [.. Enumerable.Range(1, 100).Select(seq => Samples.Pending(seq) with { Param = $$"""{"t":"{{text}}-{{seq:D4}}-the-text-of-this-one-command","fill":"{{new string('x', 400)}}"}""" })],
        });
    }

    private static async Task ExpireAsync(PostgresFixture fixture, string key)
    {
        StoredQueue queue = await fixture.LoadAsync(key);
        Command expired = Samples.Pending(101) with { TimeToLive = TimeSpan.FromMinutes(1) };
        await fixture.Commands.CommitAsync(new QueueCommit { SourceNo = queue.SourceNo, Commands = [expired], OpenFrom = 1 });
    }

    private static void FlipBit(string file, string text)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.InRange(at, PageBytes / 100, bytes.Length);
        using FileStream stream = File.OpenWrite(file);
        stream.Position = at;
        stream.WriteByte((byte)(bytes[at] ^ 4));
    }

    private static void OpenToAll(string directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        }
    }
}
