namespace CommandBroker.Grains;

/// <summary>One token as a release before 0.2 kept it.</summary>
/// <param name="Principal">Whose it was.</param>
/// <param name="Role">1: agent; 2: operator, who might do everything.</param>
/// <param name="TokenHash">SHA-256 in lower-case hex.</param>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.FormerToken")]
internal sealed record FormerToken([property: Id(0)] string Principal, [property: Id(1)] int Role, [property: Id(2)] string TokenHash);
