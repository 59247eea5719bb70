using Orleans.Runtime;

namespace CommandBroker.Simulation;

/// <summary>Gives a grain the context it is made in, as a silo would.</summary>
internal sealed class GrainContextHolder(IGrainContext context) : IGrainContextAccessor
{
    public IGrainContext GrainContext { get; } = context;
}
