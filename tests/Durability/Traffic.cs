using CommandBroker.History;

namespace CommandBroker.Durability;

/// <summary>The clients of one run and what they share.</summary>
internal sealed class Traffic : IDisposable
{
    // Enough to keep every agent busy, few enough to be drained in seconds.
    private const int MaxWaitingCount = 400;

    private readonly RunOptions _options;
    private readonly Func<Random, BrokerProcess> _choose;
    private readonly CancellationTokenSource _stopEnqueuing = new();
    private readonly CancellationTokenSource _stopAgents = new();
    private readonly List<Task> _enqueuers = [];
    private readonly List<Task> _agents = [];
    private int _waiting;

    /// <param name="options">The run.</param>
    /// <param name="api">How brokers are called.</param>
    /// <param name="recorder">Where calls are noted.</param>
    /// <param name="choose">Which broker the next call goes to.</param>
    public Traffic(RunOptions options, BrokerApi api, Recorder recorder, Func<Random, BrokerProcess> choose)
    {
        (_options, Api, Recorder, _choose) = (options, api, recorder, choose);
        Servers = [.. Enumerable.Range(0, options.ServerCount).Select(number => $"durability-{number:D4}")];
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
    public bool IsFull => Volatile.Read(ref _waiting) > MaxWaitingCount;

    /// <summary>Which broker the next call goes to, once it listens.</summary>
    public async Task<BrokerProcess> ChooseAsync(Random random, CancellationToken cancellationToken)
    {
        BrokerProcess broker = _choose(random);
        await BrokerApi.WaitUntilItListensAsync(broker, cancellationToken);
        return broker;
    }

    /// <summary>The broker for a call that follows a good one.</summary>
    public BrokerProcess Choose(Random random) => _choose(random);

    /// <summary>Notes an acknowledged enqueue.</summary>
    public void Enqueued() => Interlocked.Increment(ref _waiting);

    /// <summary>Notes that an agent has seen a command for the first time.</summary>
    public void Delivered() => Interlocked.Decrement(ref _waiting);

    /// <summary>Registers the source servers.</summary>
    public async Task RegisterAsync(BrokerProcess broker)
    {
        foreach (string server in Servers)
        {
            ApiAnswer answer = await Api.AsOperatorAsync(broker, HttpMethod.Post, "/v3/sources",
                $$"""{"id":"{{server}}","name":"{{server}}","os_type":"LINUX","os_version":"12","ip":"10.0.0.1","agent_version":"1"}""");
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
            var enqueuer = new Enqueuer($"enqueuer-{number}", this, new Random(HashCode.Combine(_options.Seed, number)));
            _enqueuers.Add(Task.Run(() => enqueuer.RunAsync(_stopEnqueuing.Token)));
        }

        for (int number = 0; number < _options.AgentCount; number++)
        {
            int agentNumber = number;
            string[] mine = [.. Servers.Where((_, index) => index % _options.AgentCount == agentNumber)];
            var agent = new Agent($"agent-{number}", mine, this, new Random(HashCode.Combine(_options.Seed, 1000 + number)), _options.VisibilityTimeout);
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
}
