using CommandBroker.Core;
using CommandBroker.Grains;

namespace CommandBroker.Simulation;

/// <summary>What one schedule is made of, drawn from its seed.</summary>
internal sealed record ScheduleSetup
{
    /// <summary>The queue's settings; small limits, so that a short schedule meets them.</summary>
    public required QueueOptions Options { get; init; }

    /// <summary>Activations that may live at one time: more than one is what Orleans allows while silos disagree.</summary>
    public required int MaxActivations { get; init; }

    /// <summary>Whether activations die and calls to the store fail.</summary>
    public required bool HasFaults { get; init; }

    /// <summary>Whether commands have priorities.</summary>
    public required bool HasPriorities { get; init; }

    /// <summary>Whether retention runs in between.</summary>
    public required bool HasRetention { get; init; }

    /// <summary>Calls that clients make before the writers stop.</summary>
    public required int CallCount { get; init; }

    /// <summary>Whether deliveries must follow priorities strictly: of two activations the one that is behind does not know what it should prefer.</summary>
    public bool IsStrict => MaxActivations == 1 && !HasFaults;

    /// <summary>Draws a setup.</summary>
    public static ScheduleSetup Draw(SeededRandom random) => new()
    {
        Options = new QueueOptions
        {
            DeliveryMode = random.Pick([DeliveryMode.Queue, DeliveryMode.Queue, DeliveryMode.Queue, DeliveryMode.Sequential, DeliveryMode.AtMostOnce]),
            VisibilityTimeout = TimeSpan.FromSeconds(60),
            MaxDeliveries = 1 + random.Next(3),
            MaxPendingCount = random.Percent(20) ? 2 : 1_000,
            MaxOutstandingCount = random.Percent(20) ? 2 : 100,
            DefaultTimeToLive = random.Percent(15) ? TimeSpan.FromSeconds(90) : null,
            Supersede = random.Percent(25) ? "STOP>START,SYNC" : "",
        },
        MaxActivations = 1 + random.Next(3),
        HasFaults = random.Percent(75),
        HasPriorities = random.Percent(30),
        HasRetention = random.Percent(25),
        CallCount = 4 + random.Next(14),
    };
}
