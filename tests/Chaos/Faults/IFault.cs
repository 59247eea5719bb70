namespace CommandBroker.Chaos.Faults;

/// <summary>One way in which the world breaks. An instance is used for one time.</summary>
internal interface IFault
{
    /// <summary>How long it stays in force.</summary>
    TimeSpan Hold { get; }

    /// <summary>Breaks it; completes when it is broken.</summary>
    Task InjectAsync(Scene scene);

    /// <summary>Asked while it is in force, at the end of <see cref="Hold"/>: what proves that it fired.</summary>
    /// <returns>The proof, as one sentence; null when there is none.</returns>
    Task<string?> ProveAsync(Scene scene);

    /// <summary>Mends it, and starts again what nobody else would start.</summary>
    Task HealAsync(Scene scene);
}
