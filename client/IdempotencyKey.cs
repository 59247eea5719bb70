using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>A timed-out enqueue is not a failed one: only a key makes its repetition safe, so no command leaves without.</summary>
internal static class IdempotencyKey
{
    public static EnqueueCall Ensure(EnqueueCall call) =>
        call.IdempotencyKey is null ? call with { IdempotencyKey = Guid.CreateVersion7().ToString() } : call;
}
