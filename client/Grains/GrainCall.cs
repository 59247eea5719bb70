using CommandBroker.Contracts;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace CommandBroker.Client.Grains;

/// <summary>Calls a grain, says Orleans' own failures as a <see cref="BrokerException"/>, and repeats what may be repeated.</summary>
internal sealed class GrainCall(CallRetrier retrier)
{
    public Task<T> RunAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken) =>
        retrier.RunAsync(
            async cancel =>
            {
                try
                {
                    return await call().AsTask().WaitAsync(cancel);
                }
                catch (Exception fault) when (fault is TimeoutException or OrleansException)
                {
                    throw Translate(fault);
                }
            },
            cancellationToken);

    public Task RunAsync(Func<ValueTask> call, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                await call();
                return true;
            },
            cancellationToken);

    private static BrokerException Translate(Exception fault) => fault switch
    {
        TimeoutException => new BrokerException(BrokerErrorReason.Unreachable, "The broker did not answer in time.", fault),
        ConnectionFailedException or SiloUnavailableException or OrleansMessageRejectionException or GatewayTooBusyException =>
            new BrokerException(BrokerErrorReason.Unreachable, "The broker cannot be reached.", fault),
        _ => new BrokerException(BrokerErrorReason.Internal, "The cluster refused the call; its log has more.", fault),
    };
}
