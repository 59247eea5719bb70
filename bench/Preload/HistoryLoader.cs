using System.Collections.Immutable;
using CommandBroker.Core;
using CommandBroker.Storage;

namespace CommandBroker.Preload;

/// <summary>Writes ended commands through the store's own commit, so that they look on disk as if they had been lived through.</summary>
internal sealed class HistoryLoader(IBrokerDatabase database, DateTimeOffset now)
{
    // Enough calls at once to fill the store's batches; each holds some hundred commands at most.
    private const int ConcurrentServers = 64;
    private const int CommandsPerCommit = 200;


    /// <summary>Registers the source servers and gives each its share.</summary>
    public Task LoadAsync(PreloadOptions options) => Parallel.ForAsync(
        0, options.Servers, new ParallelOptions { MaxDegreeOfParallelism = ConcurrentServers }, async (number, _) =>
        {
            long share = (options.Finished / options.Servers) + (number < options.Finished % options.Servers ? 1 : 0);
            await LoadServerAsync(new SourceServerKey(ProjectId.Default, ServerId.Parse($"{options.Prefix}{number:D12}")), share);
        });

    private async Task LoadServerAsync(SourceServerKey id, long count)
    {
        var server = new SourceServer { Key = id, Name = id.Text[^12..], OsType = "LINUX", RegisteredAt = now };
        if (!await database.SourceServers.RegisterAsync(server, int.MaxValue))
        {
            throw new InvalidOperationException($"{id} was not registered.");
        }

        StoredQueue queue = await database.Commands.LoadAsync(id) ?? throw new InvalidOperationException($"{id} is not there after its registration.");
        long last = queue.State.LastSeq + count;
        for (long seq = queue.State.LastSeq + 1; seq <= last; seq += CommandsPerCommit)
        {
            long end = Math.Min(last, seq + CommandsPerCommit - 1);
            var commit = new QueueCommit { SourceNo = queue.SourceNo, Commands = [.. Ended(seq, end)], OpenFrom = end + 1 };
            CommitStatus status = await database.Commands.CommitAsync(commit);
            if (status != CommitStatus.Committed)
            {
                throw new InvalidOperationException($"Commands {seq} to {end} of {id} ended as {status}; is a broker running on this store?");
            }
        }
    }

    private IEnumerable<Command> Ended(long first, long last)
    {
        for (long seq = first; seq <= last; seq++)
        {
            yield return new Command
            {
                Seq = seq,
                Name = "START",
                Param = """{"task_id":"7c9a1f52-66f0-4a0f-8f0d-2f3c1f7b0a11"}""",
                TaskId = "7c9a1f52-66f0-4a0f-8f0d-2f3c1f7b0a11",
                IdempotencyKey = $"preload-{seq}",
                EnqueuedAt = now,
                EnqueuedBy = "preload",
                State = CommandState.Succeeded,
                DeliveryCount = 1,
                DeliveredAt = now,
                Outcome = new Outcome
                {
                    EndedAt = now,
                    EndedBy = "preload",
                    Reason = "The agent reported success.",
                    Result = ReportResult.Success,
                    ResultDetail = """{"msg":"done"}""",
                },
            };
        }
    }
}
