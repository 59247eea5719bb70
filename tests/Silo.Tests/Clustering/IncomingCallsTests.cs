using System.Net;
using CommandBroker.Silo.Clustering;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Xunit;

namespace CommandBroker.Silo.Tests.Clustering;

/// <summary>The sample of calls whose targets may live elsewhere.</summary>
public sealed class IncomingCallsTests
{
    private const int CallCount = 2_200;
    private static readonly SiloAddress Here = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress There = SiloAddress.New(IPAddress.Loopback, 2, 1);

    private readonly IncomingCalls _calls = new(new Details());
    private readonly DirectoryCache _cache;

    public IncomingCallsTests() => _cache = new DirectoryCache(Options.Create(new GrainDirectoryOptions()), TimeProvider.System, _calls);

    [Fact]
    public void Calls_for_what_lives_here_are_not_kept()
    {
        Assert.Equal(0, KeptOf(Here));
    }

    [Fact]
    public void Calls_for_what_lives_elsewhere_are_kept_in_part_and_no_more_than_there_is_room_for()
    {
        Assert.InRange(KeptOf(There), 200, 256);
    }

    [Fact]
    public void Of_calls_for_what_is_not_remembered_fewer_are_kept()
    {
        Assert.InRange(KeptOf(null), 70, 199);
    }

    private int KeptOf(SiloAddress? known)
    {
        GrainId id = GrainId.Create("queue", "1");
        if (known is not null)
        {
            _cache.AddOrUpdate(new GrainAddress { GrainId = id, SiloAddress = known }, 1);
        }

        for (int call = 0; call < CallCount; call++)
        {
            _cache.LookUp(id, out _, out _);
        }

        int kept = 0;
        while (_calls.Kept.TryRead(out GrainId found))
        {
            Assert.Equal(id, found);
            kept++;
        }

        return kept;
    }

    private sealed class Details : ILocalSiloDetails
    {
        public string Name => "here";

        public string ClusterId => "cluster";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress => Here;

        public SiloAddress GatewayAddress => Here;
    }
}
