using System.Collections.Concurrent;
using System.Diagnostics;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>The clients of one run and what they share.</summary>
public sealed class Clients : IDisposable
{
    private const int MaxRegisterAttempts = 30;
    private static readonly TimeSpan RegisterPause = TimeSpan.FromSeconds(1);

    private readonly TrafficOptions _options;
    private readonly Func<Random, BrokerEndpoint> _choose;
    private readonly CancellationTokenSource _stopEnqueuing = new();
    private readonly CancellationTokenSource _stopAgents = new();
    private readonly List<Task> _enqueuers = [];
    private readonly List<Task> _agents = [];
    private readonly ConcurrentDictionary<string, long> _answeredAt = new();
    private readonly ConcurrentDictionary<(string Server, long Id), int> _seen = new();
    private readonly ConcurrentDictionary<(string Server, long Id), bool> _deaths = new();
    private int _waiting;
    private readonly ConcurrentQueue<HangUp> _hangUps = new();
    private int _deathsDue;
    private volatile HangUpPlan _hangUpPlan = new(0, default);

    /// <param name="options">The run.</param>
    /// <param name="api">How brokers are called.</param>
    /// <param name="recorder">Where calls are noted.</param>
    /// <param name="choose">Which broker the next call goes to.</param>
    public Clients(TrafficOptions options, BrokerApi api, Recorder recorder, Func<Random, BrokerEndpoint> choose)
    {
        (_options, Api, Recorder, _choose) = (options, api, recorder, choose);
        Servers = [.. Enumerable.Range(0, options.ServerCount).Select(number => $"{options.ServerPrefix}-{number:D4}")];
    }

    /// <summary>How brokers are called.</summary>
    public BrokerApi Api { get; }

    /// <summary>Where calls are noted.</summary>
    public Recorder Recorder { get; }

    /// <summary>The source servers.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>Whether agents must report everything they get: the traffic is over, only the queues are emptied.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Whether so much waits that enqueuers should wait.</summary>
    public bool IsFull => Volatile.Read(ref _waiting) > _options.MaxWaitingCount;

    /// <summary>Which broker the next call goes to, once it listens.</summary>
    public async Task<BrokerEndpoint> ChooseAsync(Random random, CancellationToken cancellationToken)
    {
        BrokerEndpoint broker = _choose(random);
        await BrokerApi.WaitUntilItListensAsync(broker, cancellationToken);
        return broker;
    }

    /// <summary>The broker for a call that follows a good one.</summary>
    public BrokerEndpoint Choose(Random random) => _choose(random);

    /// <summary>A rest after a call whose outcome is unknown.</summary>
    public TimeSpan RetryPause(Random random) => _options.MaxRetryPause * (0.1 + (0.9 * random.NextDouble()));

    /// <summary>The next so many agents that are handed a command die of it: they never report it, and forget it.</summary>
    public void LetAgentsDie(int count) => Interlocked.Add(ref _deathsDue, count);

    /// <summary>How many agents have died so, and of how many of their commands another delivery was seen since.</summary>
    public (int Died, int HandedOutAgain) Deaths => (_deaths.Count, _deaths.Values.Count(again => again));

    /// <summary>From now on agents leave a share of their polls, each within the given time.</summary>
    public void LetAgentsHangUp(double share, TimeSpan longest) => _hangUpPlan = new HangUpPlan(share, longest);

    /// <summary>The polls that were left before they were answered.</summary>
    public IReadOnlyCollection<HangUp> HangUps => _hangUps;

    /// <summary>When a poll of a source server was last answered well, as a timestamp of <see cref="Stopwatch"/>; 0 when never.</summary>
    public long AnsweredAt(string server) => _answeredAt.GetValueOrDefault(server);

    /// <summary>The highest delivery count of a command that an agent has seen; 0 when none has.</summary>
    public int SeenDelivery(string server, long id) => _seen.GetValueOrDefault((server, id));

    /// <summary>When the poll that is about to leave is left; null when its answer is waited for.</summary>
    internal TimeSpan? HangsUpAfter(Random random) =>
        _hangUpPlan is { Share: > 0 } plan && !IsDraining && random.NextDouble() < plan.Share ? plan.Longest * random.NextDouble() : null;

    /// <summary>Notes a poll that was left.</summary>
    internal void HungUp(HangUp hangUp) => _hangUps.Enqueue(hangUp);

    /// <summary>Notes a poll that was answered well.</summary>
    internal void Answered(string server) => _answeredAt[server] = Stopwatch.GetTimestamp();

    /// <summary>Whether the agent that was handed this command dies of it now.</summary>
    internal bool Dies(string server, long id)
    {
        if (Volatile.Read(ref _deathsDue) <= 0 || IsDraining || Interlocked.Decrement(ref _deathsDue) < 0)
        {
            return false;
        }

        _deaths[(server, id)] = false;
        return true;
    }

    /// <summary>Notes an acknowledged enqueue.</summary>
    public void Enqueued() => Interlocked.Increment(ref _waiting);

    /// <summary>Notes that an agent was handed a command.</summary>
    internal void Delivered(string server, long id, int count)
    {
        int before = _seen.GetValueOrDefault((server, id));
        _seen[(server, id)] = Math.Max(before, count);
        if (before == 0)
        {
            Interlocked.Decrement(ref _waiting);
        }
        else
        {
            _deaths.TryUpdate((server, id), true, false);
        }
    }

    /// <summary>Registers the source servers.</summary>
    public async Task RegisterAsync(BrokerEndpoint broker)
    {
        foreach (string server in Servers)
        {
            ApiAnswer answer = await RegisterAsync(broker, server);
            for (int attempt = 1; answer.Outcome == EntryKind.Info && attempt < MaxRegisterAttempts; attempt++)
            {
                await Task.Delay(RegisterPause);
                answer = await RegisterAsync(broker, server);
            }

            if (!answer.IsOk)
            {
                throw new InvalidOperationException($"{server} was not registered: {answer.Note}");
            }
        }
    }

    /// <summary>Starts every client.</summary>
    public void Start()
    {
        for (int number = 0; number < _options.EnqueuerCount; number++)
        {
            var enqueuer = new Enqueuer($"enqueuer-{number}", this, _options.EnqueuePause, new Random(SeedOf(number)));
            _enqueuers.Add(Task.Run(() => enqueuer.RunAsync(_stopEnqueuing.Token)));
        }

        for (int number = 0; number < _options.AgentCount; number++)
        {
            int agentNumber = number;
            string[] mine = [.. Servers.Where((_, index) => index % _options.AgentCount == agentNumber)];
            var agent = new Agent($"agent-{number}", mine, this, new Random(SeedOf(1_000 + number)), _options);
            _agents.Add(Task.Run(() => agent.RunAsync(_stopAgents.Token)));
        }
    }

    /// <summary>Throws when a client has died of anything but a broker's fault: the run would be worth nothing.</summary>
    public void ThrowIfBroken()
    {
        foreach (Task client in _enqueuers.Concat(_agents).Where(client => client.IsFaulted))
        {
            client.GetAwaiter().GetResult();
        }
    }

    /// <summary>Stops the enqueuers once each knows what became of its last command; agents go on.</summary>
    public async Task StopEnqueuingAsync()
    {
        await _stopEnqueuing.CancelAsync();
        await Task.WhenAll(_enqueuers);
        IsDraining = true;
    }

    /// <summary>Stops the agents.</summary>
    public async Task StopAgentsAsync()
    {
        await _stopAgents.CancelAsync();
        await Task.WhenAll(_agents);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopEnqueuing.Dispose();
        _stopAgents.Dispose();
    }

    private Task<ApiAnswer> RegisterAsync(BrokerEndpoint broker, string server) => Api.AsOperatorAsync(broker, HttpMethod.Post, "/v3/sources",
        $$"""{"id":"{{server}}","name":"{{server}}","os_type":"LINUX","os_version":"12","ip":"10.0.0.1","agent_version":"1"}""");

    // Not HashCode.Combine, which differs from process to process: a seed must choose the same again.
    private int SeedOf(int client) => (_options.Seed * 10_000) + client;
}
