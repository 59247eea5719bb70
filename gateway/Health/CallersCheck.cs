using CommandBroker.Gateway.ExternalIam;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CommandBroker.Gateway.Health;

/// <summary>Whether callers can be told apart: credentials are known, and an external IAM has answered once. Later it may be gone, which is told.</summary>
internal sealed class CallersCheck(IdentityCache identity, IamReach iam) : IHealthCheck
{
    private const string Iam = "iam";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !identity.IsFresh ? HealthCheckResult.Unhealthy("credentials")
        : iam.IsNeeded && !iam.HasAnswered ? HealthCheckResult.Unhealthy(Iam)
        : iam.IsLost ? HealthCheckResult.Degraded(Iam)
        : HealthCheckResult.Healthy());
}
