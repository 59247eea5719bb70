using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>The bounds of a source server's own settings: those of the broker's.</summary>
internal static class SettingsBounds
{
    private static readonly TimeSpan MinVisibilityTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxVisibilityTimeout = TimeSpan.FromDays(7);

    /// <exception cref="BrokerException">InvalidArgument.</exception>
    public static void Check(SourceServerSettings settings)
    {
        if (settings.DeliveryMode is { } mode && !Enum.IsDefined(mode))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"delivery_mode is {(int)mode}; Queue, Sequential and AtMostOnce are allowed.");
        }

        if (settings.VisibilityTimeout is { } timeout && (timeout < MinVisibilityTimeout || timeout > MaxVisibilityTimeout))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"visibility_timeout is {DurationWords.Of(timeout)}; 1s to 7d are allowed.");
        }

        if (settings.MaxDeliveries is < 1 or > 1_000)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"max_deliveries is {settings.MaxDeliveries}; 1 to 1000 are allowed.");
        }
    }
}
