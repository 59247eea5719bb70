using System.Net;
using CommandBroker.Silo.Clustering.Reach;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Silo.Tests.Reach;

/// <summary>Other silos that say what a test makes them say, and the process that would end.</summary>
internal sealed class FakePeers : IReachPeers, IPartedEnd
{
    private readonly Dictionary<SiloAddress, Func<TimeSpan, Task<TimeSpan?>>> _answers = [];

    public IReadOnlyList<SiloAddress> Active => [.. _answers.Keys];

    public int ExitCode => 75;

    /// <summary>How often any of them was asked.</summary>
    public int AskedCount { get; private set; }

    /// <summary>Who was asked to declare this silo dead.</summary>
    public SiloAddress? Declarer { get; private set; }

    /// <summary>Whether the process was ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Adds a silo.</summary>
    public SiloAddress Add(Func<Task<TimeSpan?>> answer) => Add(_ => answer());

    /// <summary>Adds a silo that judges by the given pause.</summary>
    public SiloAddress Add(ReachReader reader) => Add(pause => Task.FromResult<TimeSpan?>(reader.AnsweredFor(pause)));

    public Task<TimeSpan?> AskAsync(SiloAddress silo, TimeSpan longestPause)
    {
        AskedCount++;
        return _answers[silo](longestPause);
    }

    public Task<bool> AskToDeclareDeadAsync(SiloAddress silo)
    {
        Assert.False(HasEnded);
        Declarer = silo;
        return Task.FromResult(true);
    }

    public void End() => HasEnded = true;

    private SiloAddress Add(Func<TimeSpan, Task<TimeSpan?>> answer)
    {
        var silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111 + _answers.Count), 1);
        _answers.Add(silo, answer);
        return silo;
    }
}
