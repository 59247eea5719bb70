using Orleans.Runtime;
using Orleans.Serialization;

namespace CommandBroker.Grains;

/// <summary>A call from one grain to another that brought no answer of that grain's own.</summary>
internal static class UnansweredCall
{
    /// <summary>
    /// Whether it is one: its state cannot be read, its silo is just going, or the cause is of a type for which its silo has no words, as a
    /// database driver's (<see cref="CodecNotFoundException"/>).
    /// </summary>
    public static bool Is(Exception fault) => fault is OrleansException or CodecNotFoundException;
}
