using CommandBroker.Testing;
using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A fact that needs docker-compose, no engine, and a PostgreSQL of its own; skipped with the line that mends it when one is not installed, unless they are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ComposeFactAttribute : FactAttribute
{
    public ComposeFactAttribute() => Skip = PostgresAvailability.SkipReason(ownServer: true) ?? Tool.SkipReason("docker-compose");
}
