using System.Reflection;
using Orleans.Runtime;

namespace CommandBroker.Simulation;

/// <summary>What a grain without a silo asks of its surroundings: its own id. Everything else is answered by nothing.</summary>
public class GrainContextStub : DispatchProxy, IServiceProvider
{
    private GrainId _id;

    /// <summary>Makes the surroundings of one grain.</summary>
    internal static IGrainContext Of(string key)
    {
        IGrainContext context = Create<IGrainContext, GrainContextStub>();
        ((GrainContextStub)(object)context)._id = GrainId.Create("sourceserver", key);
        return context;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => serviceType == typeof(IGrainRuntime) ? Create<IGrainRuntime, GrainContextStub>() : null;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "get_GrainId" => _id,
        "get_ActivationServices" => this,
        _ => null,
    };
}
