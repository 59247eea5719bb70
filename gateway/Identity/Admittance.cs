namespace CommandBroker.Gateway.Identity;

/// <summary>What became of a caller at the door: exactly one of the two.</summary>
/// <param name="Principal">Who it is, when it is admitted.</param>
/// <param name="Refusal">Why it is not.</param>
internal readonly record struct Admittance(Principal? Principal, Refusal? Refusal)
{
    /// <summary>Admitted.</summary>
    public static implicit operator Admittance(Principal principal) => new(principal, null);

    /// <summary>Refused.</summary>
    public static implicit operator Admittance(Refusal refusal) => new(null, refusal);
}
