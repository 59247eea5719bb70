using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>A theory that runs an installed program; skipped with the line that mends it where the program is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolTheoryAttribute(string program) : TheoryAttribute
{
    private string? _skip;

    /// <inheritdoc/>
    public override string? Skip
    {
        get => _skip ?? Tool.SkipReason(program);
        set => _skip = value;
    }
}
