namespace CommandBroker.Fuzz;

/// <summary>What a run against one target came to.</summary>
/// <param name="Count">Inputs given.</param>
/// <param name="Answers">How often each answer came.</param>
/// <param name="Findings">What went wrong: the message and the input.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record FuzzReport(
    long Count, IReadOnlyDictionary<string, long> Answers, IReadOnlyList<(string Message, byte[] Input)> Findings, TimeSpan Elapsed);
