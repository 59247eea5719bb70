using Xunit;

namespace CommandBroker.History.Tests;

/// <summary>Histories that keep every promise must pass, or the checker cries wolf.</summary>
public sealed class CleanHistoryTests
{
    [Fact]
    public void Clean_run_passes()
    {
        CheckReport report = RunBuilder.Clean().Check();

        Assert.Empty(report.Violations);
        Assert.Empty(report.VoidReasons);
        Assert.Equal((5, 6, 1, 1), (report.EnqueuedCount, report.DeliveryCount, report.RedeliveryCount, report.KillCount));
    }

    [Fact]
    public void Only_a_refusal_with_the_time_to_wait_is_polite()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6, EntryKind.Info);
        int unknown = run.Check().UnknownCount;
        Assert.Equal(unknown, run.Check().ImpoliteCount);

        run.Entries[^1] = run.Entries[^1] with { Status = 503, RetryAfter = 5 };
        Assert.Equal(unknown - 1, run.Check().ImpoliteCount);
        Assert.Equal(unknown, run.Check().UnknownCount);

        run.Entries[^1] = run.Entries[^1] with { Status = 500 };
        Assert.Equal(unknown, run.Check().ImpoliteCount);
    }

    [Fact]
    public void Enqueue_that_was_never_acknowledged_may_be_there()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6, EntryKind.Info);
        run.Poll(6);
        run.Report(6);
        run.Ends(6, "success");

        CheckReport report = run.Check();

        Assert.Empty(report.Violations);
        Assert.Equal(1, report.RecoveredCount);
    }

    [Fact]
    public void Enqueue_that_was_never_acknowledged_may_be_missing()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6, EntryKind.Info);

        Assert.Empty(run.Check().Violations);
    }

    [Fact]
    public void Delivery_that_only_an_unanswered_poll_saw_explains_a_higher_count()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6);
        run.Poll(6, outcome: EntryKind.Info);
        run.Wait(RunBuilder.Lease);
        run.Poll(6, delivery: 2);
        run.Report(6);
        run.Ends(6, "success", deliveries: 2);

        Assert.Empty(run.Check().Violations);
    }

    [Fact]
    public void Poll_that_left_before_the_enqueue_and_was_held_up_may_have_taken_the_command()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Poll(6, outcome: EntryKind.Info);
        run.Enqueue(6);
        run.Enqueue(7);
        run.Poll(7);
        run.Report(7);
        run.Poll(6);
        run.Report(6);
        run.Ends(6, "success");
        run.Ends(7, "success");

        Assert.Empty(run.Check().Violations);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("task")]
    public void Delivery_taken_back_after_an_unanswered_poll_may_come_behind_a_later_command(string? task)
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6, task: task);
        run.Enqueue(7, task: task);
        run.Poll(6, outcome: EntryKind.Info);
        run.Poll(7, task: task);
        run.Poll(6, task: task);
        run.Report(6);
        run.Report(7);
        run.Ends(6, "success");
        run.Ends(7, "success");

        Assert.Empty(run.Check().Violations);
    }

    [Fact]
    public void Dead_letter_without_a_report_is_a_visible_end()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6);
        run.Poll(6);
        run.Ends(6, null, state: "dead_lettered");

        Assert.Empty(run.Check().Violations);
    }

    [Fact]
    public void Client_that_was_stopped_inside_a_call_leaves_it_unknown()
    {
        RunBuilder run = RunBuilder.Clean();
        run.Enqueue(6);
        run.Entries.RemoveAt(run.Entries.Count - 1);

        Assert.Empty(run.Check().Violations);
        Assert.Equal(3, run.Check().UnknownCount);
    }

    [Fact]
    public void File_gives_back_what_was_written()
    {
        string path = Path.Combine(Path.GetTempPath(), $"history-{Guid.NewGuid():N}.jsonl");
        try
        {
            List<HistoryEntry> entries = RunBuilder.Clean().Entries;
            using (var file = new HistoryFile(path))
            {
                entries.ForEach(file.Append);
            }

            Assert.Equal(entries, HistoryFile.Read(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
