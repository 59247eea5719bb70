namespace CommandBroker.Gateway.Identity;

/// <summary>Who calls.</summary>
internal sealed record Principal(string Name, Role Role)
{
    /// <summary>The project it acts in: it sees the source servers of this one and no others.</summary>
    public ProjectId ProjectId { get; init; } = ProjectId.Default;

    /// <summary>Whether this role may do what <paramref name="needed"/> may do; the operator may do everything.</summary>
    public bool Has(Role needed) => Role == needed || Role == Role.Operator;
}
