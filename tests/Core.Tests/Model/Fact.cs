namespace CommandBroker.Core.Tests.Model;

/// <summary>One thing that happened to one command.</summary>
/// <param name="What">What happened.</param>
/// <param name="Seq">The command.</param>
/// <param name="At">When.</param>
/// <param name="Lease">The length of the lease, of a HandedOut.</param>
/// <param name="Request">What was asked for, of an Enqueued.</param>
/// <param name="TimeToLive">Its time to live, named or the default of that time, of an Enqueued.</param>
/// <param name="Detail">What was said with it, of a report.</param>
internal sealed record Fact(
    What What,
    long Seq,
    DateTimeOffset At,
    TimeSpan Lease = default,
    EnqueueRequest? Request = null,
    TimeSpan? TimeToLive = null,
    string? Detail = null)
{
    /// <summary>Two things that happened alike are two.</summary>
    public bool Equals(Fact? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
