namespace CommandBroker.Core.Tests.Rules;

/// <summary>What a database or UTF-8 cannot carry is refused where it comes in.</summary>
public sealed class EnqueueTextTests
{
    private readonly LiveQueue _queue = new();

    // Not as data of a theory: an attribute is stored as UTF-8, which would replace them.
    private static readonly string[] Unstorable = ["a\0b", "\ud800", "a\udc00b", "\udc00\ud800", "\ud83d\ude00\ud83d"];

    [Fact]
    public void A_text_with_U_0000_or_half_a_surrogate_pair_is_refused()
    {
        foreach (string text in Unstorable)
        {
            Refused("command_name", LiveQueue.Request(text));
            Refused("task_id", LiveQueue.Request() with { TaskId = text });
            Refused("The idempotency key", LiveQueue.Request() with { IdempotencyKey = text });
            Refused("command_param", LiveQueue.Request() with { Param = $$"""{"a":"{{text}}"}""" });
        }
    }

    [Theory]
    [InlineData("\u0001\u001f\uffff")]
    [InlineData("\ud83d\ude00\ud83d\ude01")]
    public void Any_other_text_is_taken(string text)
    {
        EnqueueOutcome outcome = _queue.Enqueue(LiveQueue.Request(text) with
        {
            TaskId = text,
            IdempotencyKey = text,
            Param = $$"""{"a":"{{text}}"}""",
        });

        Assert.Equal(EnqueueStatus.Enqueued, outcome.Status);
    }

    private void Refused(string what, EnqueueRequest request) => Assert.Equal(
        new EnqueueOutcome(EnqueueStatus.Invalid, 0, $"{what} holds U+0000 or half a surrogate pair; neither can be stored."),
        _queue.Enqueue(request));
}
