namespace CommandBroker.Gateway.Identity;

/// <summary>Who a credential says that the caller is, or why it says nothing.</summary>
/// <param name="Known">The principal as a silo told it; null when refused.</param>
/// <param name="Scoped">The same in the project that the credential means.</param>
/// <param name="MaySelect">Whether the call may name another project of the domain.</param>
/// <param name="Refusal">Why it says nothing; null otherwise.</param>
internal readonly record struct Proof(KnownPrincipal? Known, Principal? Scoped, bool MaySelect, Refusal? Refusal)
{
    /// <summary>The signature, when it is good for one call only; otherwise null.</summary>
    public SignatureUse? Use { get; init; }

    /// <summary>A principal by a credential of its own, which counts wherever the principal may work.</summary>
    public static Proof Of(KnownPrincipal known) => new(known, known.Own, known.View.IsDomainWide, null);

    /// <summary>Refused.</summary>
    public static implicit operator Proof(Refusal refusal) => new(null, null, false, refusal);
}
