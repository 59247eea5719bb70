namespace CommandBroker.Fuzz;

/// <summary>Feeds one input to a target.</summary>
/// <param name="input">Any bytes.</param>
/// <returns>What became of it, in a word: an input with a new answer is worth keeping.</returns>
/// <exception cref="FuzzException">A rule of the target is broken. Every other exception is a finding as well.</exception>
internal delegate string FuzzCheck(ReadOnlySpan<byte> input);
