using CommandBroker.Core;
using CommandBroker.Storage.Sqlite;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>How long the write-ahead log grows.</summary>
public sealed class SqliteLogTests : IAsyncLifetime
{
    private const int CheckpointPages = 200;
    private const long PageBytes = 4_096 + 24;

    private readonly SqliteFixture _fixture = new() { CheckpointPages = CheckpointPages };

    private long _seq;
    private long _sourceNo;

    public async Task InitializeAsync()
    {
        await _fixture.OpenAsync();
        _sourceNo = (await _fixture.RegisterAsync("a")).SourceNo;
    }

    public Task DisposeAsync() => _fixture.DisposeAsync().AsTask();

    [Fact]
    public async Task The_log_begins_anew_also_where_readers_always_overlap()
    {
        using var over = new CancellationTokenSource();
        Task reading = Task.Run(() => Overlap(over.Token));
        for (int i = 0; i < 60; i++)
        {
            await WriteAsync(CheckpointPages);
        }

        await over.CancelAsync();
        await reading;
        Assert.InRange(LogPages, 1, CheckpointPages * 30);
    }

    [Fact]
    public async Task The_log_of_a_long_reader_is_cut_when_it_has_ended()
    {
        using (Reading())
        {
            for (int i = 0; i < 100; i++)
            {
                await WriteAsync(CheckpointPages);
            }

            Assert.InRange(LogPages, CheckpointPages * 90, long.MaxValue);
        }

        // Each write that reaches the threshold brings a checkpoint, and the write that begins the log anew cuts it.
        while (LogPages * PageBytes > 68_000_000)
        {
            await WriteAsync(CheckpointPages);
        }
    }

    private long LogPages => new FileInfo(_fixture.FilePath + "-wal").Length / PageBytes;

    /// <summary>At each instant somebody reads.</summary>
    private void Overlap(CancellationToken over)
    {
        using SqliteSession one = Reading();
        using SqliteSession other = Reading();
        while (!over.IsCancellationRequested)
        {
            foreach (SqliteSession session in (SqliteSession[])[one, other])
            {
                session.Execute("COMMIT; BEGIN");
                session["SELECT count(*) FROM source_server"].Scalar();
            }
        }
    }

    private SqliteSession Reading()
    {
        var session = new SqliteSession(_fixture.FilePath, forWriting: false);
        session.Execute("BEGIN");
        session["SELECT count(*) FROM source_server"].Scalar();
        return session;
    }

    private Task<CommitStatus> WriteAsync(int pages) => _fixture.Commands.CommitAsync(new QueueCommit
    {
        SourceNo = _sourceNo,
        Commands = [Samples.Pending(++_seq) with { Param = $"\"{new string('x', pages * 4_096)}\"" }],
    });
}
