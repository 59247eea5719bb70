namespace CommandBroker.Traffic;

/// <summary>How agents leave their polls.</summary>
/// <param name="Share">The share of polls that are left.</param>
/// <param name="Longest">The longest time after which one is left.</param>
internal sealed record HangUpPlan(double Share, TimeSpan Longest);
