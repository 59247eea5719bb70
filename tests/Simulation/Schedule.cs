using CommandBroker.Core;
using CommandBroker.Storage;
using CommandBroker.Storage.Memory;

namespace CommandBroker.Simulation;

/// <summary>
/// One run of clients, activations and store in an order drawn from a seed, on one thread and in simulated time. Between any two awaits
/// the store may carry out another call, time may pass, an activation may die or a second one start.
/// </summary>
internal sealed class Schedule
{
    private readonly SeededRandom _random;
    private readonly ScheduleSetup _setup;
    private readonly SimulatedClock _clock = new();
    private readonly SourceServerKey _key = SourceServerKey.Parse("server");
    private readonly List<PendingCall> _pending = [];
    private readonly List<SimulatedActivation> _activations = [];
    private readonly StoreRows _rows;
    private readonly Clients _clients;

    public Schedule(ulong seed, Mutant mutant, bool isTold = false)
    {
        _random = new SeededRandom(seed);
        _setup = ScheduleSetup.Draw(_random);
        Ledger = new Ledger(_setup.Options.ToPolicy(), _setup.IsStrict, isTold);
        var tables = new MemoryTables();
        new MemorySourceServerStore(tables).RegisterAsync(
            new SourceServer { Key = _key, Name = "server", OsType = "LINUX", RegisteredAt = _clock.Now }, maxCount: 1).Wait();
        if (_setup.HasSettings)
        {
            new MemorySourceServerStore(tables).MarkOverridesAsync(_key).Wait();
        }

        _rows = new StoreRows(tables, Ledger, _clock, mutant);
        _clients = new Clients(_random, _setup, Ledger, _rows);
    }

    /// <summary>What the schedule is made of, for a reader.</summary>
    public string SetupText => $"{_setup.Options.DeliveryMode}, {_setup.MaxActivations} activations, {_setup.CallCount} calls, "
        + $"faults {_setup.HasFaults}, settings of its own {_setup.HasSettings}, priorities {_setup.HasPriorities}, retention {_setup.HasRetention}, "
        + $"deliveries {_setup.Options.MaxDeliveries}, pending {_setup.Options.MaxPendingCount}, outstanding {_setup.Options.MaxOutstandingCount}, "
        + $"time to live {_setup.Options.DefaultTimeToLive}, supersede '{_setup.Options.Supersede}'";

    /// <summary>What happened.</summary>
    public Ledger Ledger { get; }

    /// <summary>Activations that died with a call to the store under way.</summary>
    public int CrashCount { get; private set; }

    /// <summary>Writes that failed for their activation, which lived on, before they were carried out.</summary>
    public int LateCount { get; private set; }

    /// <summary>Runs to the end: traffic, quiet, drain, check.</summary>
    public void Run()
    {
        // A context of the caller's, as a test runner has, would carry what follows an await to another thread.
        SynchronizationContext? callers = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            int callsLeft = _setup.CallCount;
            while (callsLeft > 0 || _pending.Any(call => !call.IsOrphan))
            {
                Step(ref callsLeft);
            }

            Quiet();
            Drain();
            FinalCheck.Run(Ledger, _rows);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(callers);
        }
    }

    private void Step(ref int callsLeft)
    {
        int dice = _random.Next(100);
        if (callsLeft > 0 && (dice < 35 || _pending.Count == 0))
        {
            callsLeft--;
            AnyActivation().Post(_clients.Next());
        }
        else if (dice < 40)
        {
            _clock.Advance(_random.Pick([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(61)]));
        }
        else if (dice < 43 && _setup.HasRetention)
        {
            _rows.Purge(1 + _random.Next(3));
        }
        else if (_pending.Count > 0)
        {
            Serve(_random.Pick(_pending));
        }
    }

    private SimulatedActivation AnyActivation()
    {
        if (_activations.Count == 0 || (_activations.Count < _setup.MaxActivations && _random.Percent(25)))
        {
            _activations.Add(new SimulatedActivation(_key, _rows, _pending, _setup, _clock));
        }

        return _random.Pick(_activations);
    }

    private void Serve(PendingCall call)
    {
        if (_setup.HasFaults && !call.IsOrphan && _random.Percent(6))
        {
            Crash(call.Caller);
        }
        else if (call.IsOrphan)
        {
            // The database works on what it was sent, sooner or later, whether anybody still waits for it or not.
            _pending.Remove(call);
            if (!call.IsCarriedOut)
            {
                call.CarryOut();
            }
        }
        else if (!call.IsCarriedOut && _setup.HasFaults && _random.Percent(4))
        {
            // Half of them are still under way, as on a disk that stands still: they are carried out at any time, also after what comes later.
            call.IsOrphan = _random.Percent(50);
            if (!call.IsOrphan)
            {
                _pending.Remove(call);
            }

            LateCount += call.IsOrphan && call.IsWrite ? 1 : 0;
            call.Fail(new StoreUnavailableException("Not carried out, or not yet."));
        }
        else if (!call.IsCarriedOut && _random.Percent(50))
        {
            call.CarryOut();
        }
        else
        {
            _pending.Remove(call);
            if (!call.IsCarriedOut)
            {
                call.CarryOut();
            }

            if (_setup.HasFaults && _random.Percent(4))
            {
                call.Fail(new StoreUnavailableException("Carried out, but the answer was lost."));
            }
            else
            {
                call.Answer();
            }
        }
    }

    private void Crash(SimulatedActivation activation)
    {
        CrashCount++;
        activation.Kill();
        _activations.Remove(activation);
        foreach (PendingCall call in _pending.Where(call => call.Caller == activation).ToArray())
        {
            call.IsOrphan = true;

            // What had not left the process never arrives.
            if (!call.IsCarriedOut && _random.Percent(50))
            {
                _pending.Remove(call);
            }
        }
    }

    /// <summary>All writers have stopped; what they had sent is carried out, and then there is nobody but the drain's activation.</summary>
    private void Quiet()
    {
        foreach (PendingCall orphan in _pending.Where(call => !call.IsCarriedOut))
        {
            orphan.CarryOut();
        }

        _pending.Clear();
        _activations.Clear();
    }

    private void Drain()
    {
        var activation = new SimulatedActivation(_key, _rows, _pending, _setup, _clock);
        for (int round = 0; round < 200 && _rows.All.Any(command => command.IsOpen); round++)
        {
            activation.Post(_clients.PollAndReportAsync);
            while (_pending.Count > 0)
            {
                PendingCall call = _pending[0];
                _pending.RemoveAt(0);
                call.CarryOut();
                call.Answer();
            }

            if (round % 20 == 19)
            {
                _clock.Advance(_setup.Options.VisibilityTimeout);
            }
        }
    }
}
