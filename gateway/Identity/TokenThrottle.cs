using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>
/// Counts by address tokens that turned out to be nobody's, since each costs a check or a question, and lets an address wait that sends too many of
/// them. Tokens that are remembered, right or wrong, are not counted and not stopped.
/// </summary>
/// <remarks>Bounded by forgetting: whoever has very many addresses can make counters start anew. Each gateway counts for itself. Safe for concurrent use.</remarks>
internal sealed class TokenThrottle(IOptions<AdmissionOptions> options)
{
    private const int MaxAddressCount = 50_000;

    private readonly int _perMinute = options.Value.MaxTokenFailuresPerMinute;
    private readonly BoundedMap<ClientAddress, FailureBudget> _budgets = new(MaxAddressCount);

    /// <summary>How many addresses are remembered.</summary>
    public int Count => _budgets.Count;

    /// <summary>Whether an address has to wait.</summary>
    /// <param name="address">Where the token comes from.</param>
    /// <param name="now">The server's clock.</param>
    /// <param name="wait">How long, when it has to.</param>
    public bool MustWait(ClientAddress address, DateTimeOffset now, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return _budgets.TryGet(address, out FailureBudget? budget) && (wait = budget.WaitOf(now)) > TimeSpan.Zero;
    }

    /// <summary>Notes that a token from an address was nobody's.</summary>
    public void NoteFailure(ClientAddress address, DateTimeOffset now)
    {
        if (!_budgets.TryGet(address, out FailureBudget? budget))
        {
            budget = new FailureBudget(_perMinute);
            _budgets.Set(address, budget);
        }

        budget.Take(now);
    }

    /// <summary>What an address is told that has to wait.</summary>
    public static Refusal Refuse(TimeSpan wait) => new(AdmissionRule.TokenThrottled) { Wait = wait };
}
