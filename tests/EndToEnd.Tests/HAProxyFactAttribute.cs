using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A fact that needs HAProxy and a PostgreSQL of its own; skipped with the line that mends it when one is not installed, unless they are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HAProxyFactAttribute : FactAttribute
{
    private static readonly string[] Places = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy"];

    public HAProxyFactAttribute()
    {
        bool isRequired = Environment.GetEnvironmentVariable(PostgresAvailability.RequireVariable) == "1";
        Skip = PostgresAvailability.SkipReason(ownServer: true)
            ?? (isRequired || Places.Any(File.Exists) ? null : "install the package haproxy: this test runs behind a load balancer");
    }
}
