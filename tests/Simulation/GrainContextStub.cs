using System.Reflection;
using CommandBroker.Grains;
using Orleans.Runtime;

namespace CommandBroker.Simulation;

/// <summary>What a grain without a silo asks of its surroundings: its own id, and the grain that keeps its settings. Everything else is answered by nothing.</summary>
public class GrainContextStub : DispatchProxy, IServiceProvider
{
    private GrainId _id;
    private object? _settings;

    /// <summary>Makes the surroundings of one grain.</summary>
    internal static IGrainContext Of(string key, ISourceServerSettingsGrain settings)
    {
        IGrainContext context = Create<IGrainContext, GrainContextStub>();
        var stub = (GrainContextStub)(object)context;
        (stub._id, stub._settings) = (GrainId.Create("sourceserver", key), settings);
        return context;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => serviceType == typeof(IGrainRuntime) ? With<IGrainRuntime>() : null;

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "get_GrainId" => _id,
        "get_ActivationServices" => this,
        "get_GrainFactory" => With<IGrainFactory>(),
        "GetGrain" => _settings,
        _ => null,
    };

    private T With<T>()
        where T : class
    {
        T part = Create<T, GrainContextStub>();
        ((GrainContextStub)(object)part)._settings = _settings;
        return part;
    }
}
