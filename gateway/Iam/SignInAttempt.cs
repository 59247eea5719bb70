using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Iam;

/// <summary>A sign-in that has begun, with what it took.</summary>
/// <param name="Name">A hash of what the user is called.</param>
/// <param name="Address">Where it comes from.</param>
/// <param name="ByAddress">Where it counts: for its address, or for the pair when the two are known together.</param>
/// <param name="IsKnown">Whether this user has signed in from there before.</param>
internal sealed record SignInAttempt(UInt128 Name, ClientAddress Address, RefillingBucket ByAddress, bool IsKnown)
{
    /// <summary>A hash of who the user is; null until it counts for it.</summary>
    public UInt128? User { get; set; }

    /// <summary>Where it counts for the user; null when it does not.</summary>
    public UserCount? ByUser { get; set; }
}
