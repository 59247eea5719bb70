using Orleans.Runtime;
using Orleans.Serialization;

namespace CommandBroker.Gateway.Grains;

/// <summary>What a failed grain call means to a caller.</summary>
internal static class GrainFailure
{
    /// <summary>The failure as a reasoned refusal; null when it is a fault of the broker itself.</summary>
    public static BrokerException? Explain(Exception failure) => failure switch
    {
        BrokerException refused => refused,
        _ when IsUnreachable(failure) => new BrokerException(
            BrokerErrorReason.Unreachable, "The broker did not answer in time; the call may have been carried out or not.", failure),
        _ => null,
    };

    /// <summary>Whether no answer came, a silo gave the call up before its queue had a place, or one that says only that the silo failed at something it had no words for, as a database driver's exception.</summary>
    public static bool IsUnreachable(Exception failure) => failure is TimeoutException or OrleansException or CodecNotFoundException or OperationCanceledException;
}
