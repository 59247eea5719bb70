using Microsoft.Extensions.Configuration;

namespace CommandBroker.Gateway.Identity;

/// <summary>How many requests projects may make in a second: one bucket each, whichever of its principals calls, that holds a second's worth. It counts in each gateway for itself.</summary>
internal sealed class RequestBudgets(IOptions<AdmissionOptions> options, IConfiguration configuration)
{
    // The silos' setting: they count it in for a principal's own project, but not in the list of a domain's projects.
    private readonly int? _default = configuration.GetValue<int?>("Identity:DefaultRequestsPerSecond");

    private readonly BoundedMap<string, RefillingBucket> _budgets = new(options.Value.MaxCachedCredentials);

    /// <summary>The budget of a project; null when it has no limit, neither its own nor the default.</summary>
    public RefillingBucket? Of(string projectId, int? perSecond)
    {
        if ((perSecond ?? _default) is not { } limit || limit < 1)
        {
            return null;
        }

        if (_budgets.TryGet(projectId, out RefillingBucket? budget) && budget.Capacity == limit)
        {
            return budget;
        }

        budget = new RefillingBucket(limit, TimeSpan.FromSeconds(1) / limit);
        _budgets.Set(projectId, budget);
        return budget;
    }
}
