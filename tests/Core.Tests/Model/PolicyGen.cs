using CsCheck;

namespace CommandBroker.Core.Tests.Model;

/// <summary>Policies with limits so small that a short run meets them.</summary>
internal static class PolicyGen
{
    public const string Rules = "STOP>START,SYNC;SYNC>SYNC";

    public static Gen<QueuePolicy> In(Gen<DeliveryMode> mode) => Gen.Select(
        mode,
        Gen.Int[1, 4],
        Gen.Int[1, 3],
        Gen.Int[2, 6],
        Gen.Frequency((4, Gen.Const(1_000)), (1, Gen.Int[3, 8])),
        Gen.OneOf("", Rules),
        Gen.OneOf<int?>(null, null, 30),
        Gen.Int[8, 12],
        (deliveryMode, maxDeliveries, outstanding, pending, history, rules, timeToLive, lease) => new QueuePolicy
        {
            DeliveryMode = deliveryMode,
            VisibilityTimeout = TimeSpan.FromSeconds(lease),
            MaxDeliveries = maxDeliveries,
            MaxPendingCount = pending,
            MaxOutstandingCount = outstanding,
            MaxHistoryCount = history,
            MaxParamBytes = 40,
            DefaultTimeToLive = timeToLive is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Supersede = SupersessionRules.Parse(rules),
        });
}
