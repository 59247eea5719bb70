using System.Collections.Concurrent;
using CommandBroker.Contracts;

namespace CommandBroker.Gateway.Tests;

/// <summary>What silos remember of signatures.</summary>
internal sealed class FakeClaims : ISignatureClaimGrain
{
    public ConcurrentDictionary<string, ulong> Tags { get; } = new(StringComparer.Ordinal);

    public ValueTask<bool> ClaimAsync(string signatureId, ulong tag, DateTimeOffset goodUntil) => new(Tags.GetOrAdd(signatureId, tag) == tag);
}
