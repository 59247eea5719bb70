using CommandBroker.Traffic;

namespace CommandBroker.Chaos.Cluster;

/// <summary>
/// A network of the run's own: each process in a namespace with an address, all on one bridge, where the clients are. Packets can be
/// dropped at each namespace alone, so that the rest of the machine never notices.
/// </summary>
internal sealed class Network
{
    private const int MaxNetworkCount = 200;
    private const int FirstHost = 10;

    // What one rule may name.
    private const int MaxPortCount = 15;

    private readonly int _number;
    private readonly List<string> _hosts = [];

    private Network(int number) => _number = number;

    /// <summary>The bridge.</summary>
    public string Bridge => $"chaos{_number}";

    /// <summary>The address of the clients, the balancer and the database's proxy.</summary>
    public string BridgeAddress => $"10.99.{_number}.1";

    /// <summary>Makes the bridge, under the first number that is free.</summary>
    /// <exception cref="InvalidOperationException">The machine does not allow it.</exception>
    public static async Task<Network> CreateAsync()
    {
        string errors = "";
        for (int number = 0; number < MaxNetworkCount; number++)
        {
            var network = new Network(number);
            FinishedProcess made = await Shell.TryAsync("ip", "link", "add", "name", network.Bridge, "type", "bridge");
            errors = made.Error;
            if (made.ExitCode == 0)
            {
                await Shell.RunAsync("ip", "address", "add", $"{network.BridgeAddress}/24", "dev", network.Bridge);
                await Shell.RunAsync("ip", "link", "set", network.Bridge, "up");
                return network;
            }
        }

        throw new InvalidOperationException($"No bridge could be made; root and network namespaces are needed: {errors}");
    }

    /// <summary>Makes a host: a namespace with an address of its own.</summary>
    public async Task AddAsync(string host)
    {
        string space = SpaceOf(host);
        _hosts.Add(host);
        string outside = $"{Bridge}v{_hosts.Count}";
        await Shell.RunAsync("ip", "netns", "add", space);
        await Shell.RunAsync("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space);
        await Shell.RunAsync("ip", "link", "set", outside, "master", Bridge, "up");
        await Shell.RunAsync("ip", "-n", space, "address", "add", $"{AddressOf(host)}/24", "dev", "eth0");
        await Shell.RunAsync("ip", "-n", space, "link", "set", "eth0", "up");
        await Shell.RunAsync("ip", "-n", space, "link", "set", "lo", "up");
    }

    /// <summary>The address of a host.</summary>
    public string AddressOf(string host) => $"10.99.{_number}.{FirstHost + _hosts.IndexOf(host)}";

    /// <summary>A command as it must be run for its process to live at that host.</summary>
    public string[] At(string host, params string[] command) => ["nsenter", $"--net=/run/netns/{SpaceOf(host)}", .. command];

    /// <summary>Drops what a host gets from another address.</summary>
    public Task DropIncomingAsync(string host, string address) => RunAsync(host, "-A", "INPUT", "-s", address, "-j", "DROP");

    /// <summary>Drops what a host sends to another address.</summary>
    public Task DropOutgoingAsync(string host, string address) => RunAsync(host, "-A", "OUTPUT", "-d", address, "-j", "DROP");

    /// <summary>The connections that a host has open to a port of an address, by their port at the host.</summary>
    public async Task<IReadOnlyList<int>> ConnectionsAsync(string host, string address, int port)
    {
        string open = await Shell.RunAsync(At(host, "ss", "-Htn", "state", "established", "dst", address, "dport", "=", $":{port}"));
        return [.. open.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]).Select(local => int.Parse(local[(local.LastIndexOf(':') + 1)..]))];
    }

    /// <summary>Drops what belongs to these connections between a host and an address, both ways; others pass.</summary>
    public async Task DropConnectionsAsync(string host, string address, IEnumerable<int> ports)
    {
        foreach (int[] some in ports.Chunk(MaxPortCount))
        {
            string list = string.Join(',', some);
            await RunAsync(host, "-A", "OUTPUT", "-d", address, "-p", "tcp", "-m", "multiport", "--sports", list, "-j", "DROP");
            await RunAsync(host, "-A", "INPUT", "-s", address, "-p", "tcp", "-m", "multiport", "--dports", list, "-j", "DROP");
        }
    }

    /// <summary>Drops a share of all packets of a host, in both directions.</summary>
    public async Task LoseAsync(string host, double share)
    {
        foreach (string chain in (string[])["INPUT", "OUTPUT"])
        {
            await RunAsync(host, "-A", chain, "-m", "statistic", "--mode", "random", "--probability", FormattableString.Invariant($"{share:F2}"), "-j", "DROP");
        }
    }

    /// <summary>How many packets a host's rules have dropped since they were made.</summary>
    public async Task<long> DroppedAsync(string host)
    {
        string rules = await Shell.RunAsync(At(host, "iptables", "-L", "-v", "-x", "-n"));
        return rules.Split('\n').Where(line => line.Contains(" DROP ", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
    }

    /// <summary>Drops nothing any more.</summary>
    public Task HealAsync(string host) => RunAsync(host, "-F");

    private string SpaceOf(string host) => $"{Bridge}-{host}";

    private Task RunAsync(string host, params string[] rule) => Shell.RunAsync(At(host, ["iptables", "-w", .. rule]));
}
