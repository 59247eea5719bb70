using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Grains;

namespace CommandBroker.Simulation;

/// <summary>What one schedule is made of, drawn from its seed.</summary>
internal sealed record ScheduleSetup
{
    /// <summary>The settings in force; small limits, so that a short schedule meets them.</summary>
    public required QueueOptions Options { get; init; }

    /// <summary>Whether the source server has settings of its own, and the broker others.</summary>
    public required bool HasSettings { get; init; }

    /// <summary>The broker's settings.</summary>
    public QueueOptions BrokerOptions => HasSettings
        ? new QueueOptions
        {
            DeliveryMode = DeliveryMode.Queue,
            VisibilityTimeout = TimeSpan.FromSeconds(20),
            MaxDeliveries = 10,
            MaxPendingCount = Options.MaxPendingCount,
            MaxOutstandingCount = Options.MaxOutstandingCount,
            DefaultTimeToLive = Options.DefaultTimeToLive,
            Supersede = Options.Supersede,
        }
        : Options;

    /// <summary>What the source server sets differently, if it has settings of its own.</summary>
    public SourceServerSettings Settings => new()
    {
        DeliveryMode = Options.DeliveryMode,
        VisibilityTimeout = Options.VisibilityTimeout,
        MaxDeliveries = Options.MaxDeliveries,
    };

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
        HasSettings = random.Percent(25),
    };
}
