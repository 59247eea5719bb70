namespace CommandBroker.Chaos.Faults;

/// <summary>Every fault that the suite can produce.</summary>
internal static class FaultCatalogue
{
    /// <summary>All of them, by number.</summary>
    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new(1, "a silo is killed (-9)", (random, _) => new SiloKill(random)),
        new(2, "a silo is stopped (SIGTERM)", (random, _) => new SiloStop(random)) { IsSilent = true },
        new(3, "a silo stands still for 30 s (SIGSTOP)", (_, _) => new SiloPause()),
        new(4, "all silos are killed, cold start", (random, _) => new AllSilosKill(random)),
        new(5, "a gateway is killed between lease and answer", (_, _) => new GatewayKillAfterLease()),
        new(6, "a gateway is restarted", (_, _) => new GatewayRestart()) { IsPolite = true },
        new(7, "agents die with a command", (_, visibility) => new AgentDeath(visibility)),
        new(8, "PostgreSQL crashes, down for 5 s", (_, _) => new DatabaseCrash()),
        new(9, "PostgreSQL stands still (SIGSTOP)", (random, _) => new DatabasePause(random)),
        new(10, "a synchronous standby replaces the primary", (_, _) => new StandbyPromotion()),
        new(11, "the database's disk is full", (_, _) => new DiskFull()) { NeedsSmallDisk = true },
        new(12, "fsync of the database fails (EIO)", (_, _) => new DiskFault()),
        new(13, "the database is slow", (_, _) => new SlowDatabase()),
        new(14, "connections to the database are cut", (_, _) => new CutConnections()),
        new(15, "a silo and the others are parted", (_, _) => new Partition(Partition.Silos, incoming: true, outgoing: true)),
        new(16, "a silo and the others are parted one way", (random, _) => OneWay(random)),
        new(17, "a silo and the database are parted", (_, _) => new Partition(Partition.SiloAndDatabase, incoming: true, outgoing: true)),
        new(18, "a gateway and a silo are parted", (_, _) => new Partition(Partition.GatewayAndSilo, incoming: true, outgoing: true)),
        new(19, "30 % of a process' packets are lost", (_, _) => new PacketLoss()),
        new(20, "a silo's clock jumps", (_, _) => new ClockJump()) { NeedsClock = true },
        new(21, "rolling restart of silos and gateways", (_, _) => new RollingRestart()) { IsPolite = true },
        new(22, "a stored command is spoilt", (_, _) => new SpoiltRow()) { MayAnswer500 = true },
        new(23, "flushes stall for 8 to 20 s", (random, _) => new FlushStall(random)),
        new(24, "the required standby hangs", (random, _) => new StandbyHang(random)),
        new(25, "open connections to the database are forgotten", (_, _) => new ForgottenConnections()),
        new(26, "PostgreSQL ends or refuses sessions", (_, _) => new SessionEndings()),
        new(27, "agents hang up behind the balancer", (_, _) => new HangUps()),
    ];

    /// <summary>Those of the reduced run: one of every sort that takes seconds. 2 right behind 8, where the cluster still recovers from the database's outage.</summary>
    public static IReadOnlyList<FaultKind> Reduced { get; } = [.. ((int[])[5, 1, 7, 8, 2, 9, 6, 4]).Select(Get)];

    /// <summary>One of them.</summary>
    /// <exception cref="ArgumentException">There is none of that number.</exception>
    public static FaultKind Get(int number) => All.FirstOrDefault(kind => kind.Number == number)
        ?? throw new ArgumentException($"There is no fault {number}; there are {string.Join(", ", All.Select(kind => kind.Number))}.");

    private static Partition OneWay(Random random)
    {
        bool incoming = random.Next(2) == 0;
        return new Partition(Partition.Silos, incoming, !incoming);
    }
}
