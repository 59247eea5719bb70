using Xunit;

namespace CommandBroker.Testing;

/// <summary>A theory that needs PostgreSQL; skipped with the line that mends it when there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    private string? _skip;

    /// <summary>Whether the test stops and starts the server; default false.</summary>
    public bool OwnServer { get; set; }

    /// <inheritdoc/>
    public override string? Skip
    {
        get => _skip ?? PostgresAvailability.SkipReason(OwnServer);
        set => _skip = value;
    }
}
