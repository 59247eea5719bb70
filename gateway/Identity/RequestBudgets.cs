using Microsoft.Extensions.Configuration;

namespace CommandBroker.Gateway.Identity;

/// <summary>The budgets of projects: one each, whichever of its principals calls.</summary>
internal sealed class RequestBudgets(IOptions<AdmissionOptions> options, IConfiguration configuration)
{
    // The silos' setting: they count it in for a principal's own project, but not in the list of a domain's projects.
    private readonly int? _default = configuration.GetValue<int?>("Identity:DefaultRequestsPerSecond");

    private readonly BoundedMap<string, RequestBudget> _budgets = new(options.Value.MaxCachedCredentials);

    /// <summary>The budget of a project; null when it has no limit, neither its own nor the default.</summary>
    public RequestBudget? Of(string projectId, int? perSecond)
    {
        if ((perSecond ?? _default) is not { } limit || limit < 1)
        {
            return null;
        }

        if (_budgets.TryGet(projectId, out RequestBudget? budget) && budget.PerSecond == limit)
        {
            return budget;
        }

        budget = new RequestBudget(limit);
        _budgets.Set(projectId, budget);
        return budget;
    }
}
