using System.Buffers.Binary;
using System.Net;
using BenchmarkDotNet.Attributes;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.SignatureBench;

/// <summary>What the lock and the replay guard add to a request.</summary>
[MemoryDiagnoser]
public class GuardBenchmark
{
    private const string Key = "AKTEST0000000000000A";

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 47, 17, TimeSpan.Zero);
    private static readonly ClientAddress Agent = ClientAddress.From(IPAddress.Parse("203.0.113.9"));

    private readonly KeyLock _quiet = new(new KeyLockOptions());
    private readonly KeyLock _busy = new(new KeyLockOptions());
    private readonly ReplayGuard _guard = new(new ReplayGuardOptions { MaxSignatureCount = 100_000 }, new SignatureOptions());
    private readonly byte[] _signature = new byte[32];
    private ulong _number;

    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < 50_000; i++)
        {
            _busy.NoteFailure($"AK{i}", Agent, Now);
        }
    }

    [Benchmark]
    public bool LockWhileNobodyFails()
    {
        bool isLocked = _quiet.IsLocked(Key, Agent, Now, out _);
        _quiet.NoteSuccess(Key, Agent);
        return isLocked;
    }

    [Benchmark]
    public bool LockWhileManyFail()
    {
        bool isLocked = _busy.IsLocked(Key, Agent, Now, out _);
        _busy.NoteSuccess(Key, Agent);
        return isLocked;
    }

    /// <summary>Into a full guard, so that each pushes one out.</summary>
    [Benchmark]
    public bool GuardOfPosts()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_signature, _number++ * 0x9E3779B97F4A7C15);
        BinaryPrimitives.WriteUInt64BigEndian(_signature.AsSpan(8), _number);
        return _guard.TryAccept(_signature, Now, Now);
    }
}
