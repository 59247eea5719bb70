using Orleans.Runtime;

namespace CommandBroker.Gateway.Grains;

/// <summary>What a failed grain call means to a caller.</summary>
internal static class GrainFailure
{
    /// <summary>The failure as a reasoned refusal; null when it is a fault of the broker itself.</summary>
    public static BrokerException? Explain(Exception failure) => failure switch
    {
        BrokerException refused => refused,
        TimeoutException or OrleansException => new BrokerException(
            BrokerErrorReason.Unreachable, "The broker did not answer in time; the call may have been carried out or not.", failure),
        _ => null,
    };
}
