using CommandBroker.Fuzz.Bodies;
using CommandBroker.Fuzz.Signatures;
using CommandBroker.Fuzz.Tokens;

namespace CommandBroker.Fuzz;

/// <summary>All targets. A new parser of untrusted bytes is added here.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        AuthorizationTarget.Target,
        DateTarget.Target,
        VerifierTarget.Target,
        TokenTarget.Target,
        ReportTarget.Target,
        SignInTarget.Target,
        EnqueueLineTarget.Target,
    ];
}
