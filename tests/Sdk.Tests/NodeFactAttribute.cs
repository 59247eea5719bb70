using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>A test that needs Node.js and the packages of this directory; without them it is skipped, unless <c>COMMANDBROKER_REQUIRE_NODE</c> is set.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        if (!Node.IsReady && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("COMMANDBROKER_REQUIRE_NODE")))
        {
            Skip = Node.Missing;
        }
    }
}
