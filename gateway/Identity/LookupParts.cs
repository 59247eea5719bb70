namespace CommandBroker.Gateway.Identity;

/// <summary>What the caches of one gateway share.</summary>
internal sealed record LookupParts(AdmissionOptions Options, ChangeFence Fence, LookupGate Gate, TimeProvider Clock);
