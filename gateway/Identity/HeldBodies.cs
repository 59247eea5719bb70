using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Counts the bodies that are here while their callers are looked up, so that callers with made-up credentials cannot fill the memory when the silos
/// answer slowly.
/// </summary>
/// <param name="maxBytes">The bytes of all together; an address may have a quarter of them. The first body is always held.</param>
internal sealed class HeldBodies(long maxBytes)
{
    private const int Shares = 4;

    private readonly Lock _turn = new();
    private readonly Dictionary<ClientAddress, long> _held = [];
    private long _total;

    /// <summary>Counts a body. False when it must not be held.</summary>
    public bool TryHold(ClientAddress address, long bytes)
    {
        lock (_turn)
        {
            long own = _held.GetValueOrDefault(address);
            if (_total > 0 && (_total + bytes > maxBytes || own + bytes > maxBytes / Shares))
            {
                return false;
            }

            _held[address] = own + bytes;
            _total += bytes;
            return true;
        }
    }

    /// <summary>Counts it no more.</summary>
    public void Release(ClientAddress address, long bytes)
    {
        lock (_turn)
        {
            _total -= bytes;
            if ((_held[address] -= bytes) == 0)
            {
                _held.Remove(address);
            }
        }
    }
}
