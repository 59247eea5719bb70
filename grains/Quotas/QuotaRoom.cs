namespace CommandBroker.Grains;

/// <summary>Room in a project's quota, held until it is disposed of. The default value is a refusal.</summary>
internal readonly struct QuotaRoom : IDisposable
{
    private readonly PendingQuota? _quota;
    private readonly int _count;

    /// <summary>Holds room that was reserved.</summary>
    public QuotaRoom(PendingQuota? quota, int count)
    {
        _quota = quota;
        _count = count;
        IsGiven = true;
    }

    /// <summary>The room of a project without a quota.</summary>
    public static QuotaRoom Unlimited { get; } = new(quota: null, count: 0);

    /// <summary>Whether there is room.</summary>
    public bool IsGiven { get; }

    /// <inheritdoc/>
    public void Dispose() => _quota?.Release(_count);
}
