namespace CommandBroker.Herd;

/// <summary>What a driver needs of an answer.</summary>
/// <param name="Status">The status code.</param>
/// <param name="RetryAfterSeconds">The header; null when there was none.</param>
/// <param name="EndsConnection">Whether nothing more can be asked over its connection.</param>
internal readonly record struct HttpAnswer(int Status, int? RetryAfterSeconds, bool EndsConnection);
