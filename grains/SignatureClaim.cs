namespace CommandBroker.Grains;

/// <summary>What came with a signature first.</summary>
/// <param name="Tag">It, as a number.</param>
/// <param name="GoodUntil">When the signature can be forgotten.</param>
internal sealed record SignatureClaim(ulong Tag, DateTimeOffset GoodUntil);
