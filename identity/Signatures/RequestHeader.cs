namespace CommandBroker.Identity.Signatures;

/// <summary>One header line of a request as it was received. A header that came twice is two of these.</summary>
/// <param name="Name">The name, in any case.</param>
/// <param name="Value">The value, undecoded and unsplit: a comma inside is part of it.</param>
public readonly record struct RequestHeader(string Name, string Value);
