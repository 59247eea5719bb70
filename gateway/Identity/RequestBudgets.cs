namespace CommandBroker.Gateway.Identity;

/// <summary>The budgets of projects: one each, whichever of its principals calls.</summary>
internal sealed class RequestBudgets(IOptions<AdmissionOptions> options)
{
    private readonly BoundedMap<string, RequestBudget> _budgets = new(options.Value.MaxCachedCredentials);

    /// <summary>The budget of a project; null when it has no limit.</summary>
    public RequestBudget? Of(string projectId, int? perSecond)
    {
        if (perSecond is not { } limit || limit < 1)
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
