using System.Reflection;
using CommandBroker.Gateway.Grains;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;
using Xunit;

namespace CommandBroker.Gateway.Tests;

/// <summary>What a stopping silo hands back is sent again, and nothing else.</summary>
public sealed class StoppingSiloRetryTests
{
    private const string HandedBack = "Silo stopping ";

    [Theory]
    [InlineData(HandedBack)]
    [InlineData("Exception while sending message: Orleans.Runtime.Messaging.ConnectionFailedException: Unable to connect to S10.0.0.1:30000:1, will retry")]
    [InlineData("Forwarding failed: tried to forward message Request [ServerGrain] for 2 times after \"Unable to create local activation\" to invalid activation. Rejecting now. ")]
    public async Task Call_that_never_arrived_at_a_silo_is_sent_again(string rejection)
    {
        var call = new Call(times: 3, rejection);

        await new StoppingSiloRetry(new HastyClock()).Invoke(call);

        Assert.Equal(4, call.Count);
    }

    [Fact]
    public async Task Call_that_is_handed_back_for_too_long_is_refused()
    {
        var call = new Call(times: int.MaxValue, HandedBack);

        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => new StoppingSiloRetry(new HastyClock()).Invoke(call));

        Assert.InRange(call.Count, 2, 100);
    }

    [Theory]
    [InlineData("Target silo is no longer active")]
    [InlineData("Exception while sending message: System.IO.IOException: Connection reset by peer")]
    public async Task Call_that_failed_otherwise_may_have_been_carried_out_and_is_not_sent_again(string rejection)
    {
        var call = new Call(times: 1, rejection);

        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => new StoppingSiloRetry(new HastyClock()).Invoke(call));

        Assert.Equal(1, call.Count);
    }

    /// <summary>Each pause is over at once, and has taken its time.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _now, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Call(int times, string rejection) : IOutgoingGrainCallContext
    {
        public int Count { get; private set; }

        public IInvokable Request => throw new NotSupportedException();

        public object Grain => throw new NotSupportedException();

        public MethodInfo InterfaceMethod => throw new NotSupportedException();

        public object? Result { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public Response? Response { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public GrainId? SourceId => null;

        public GrainId TargetId => default;

        public GrainInterfaceType InterfaceType => default;

        public string InterfaceName => "";

        public string MethodName => "";

        public IGrainContext? SourceContext => null;

        public Task Invoke() => ++Count > times ? Task.CompletedTask
            : Task.FromException((Exception)Activator.CreateInstance(typeof(OrleansMessageRejectionException), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, null, [rejection], null)!);
    }
}
