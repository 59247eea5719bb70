namespace CommandBroker.Grains;

/// <summary>The low-rate grain state, kept by Orleans' own ADO.NET provider in the broker's database.</summary>
internal static class GrainStorage
{
    /// <summary>The provider's name.</summary>
    public const string Provider = "broker";

    /// <summary>Orleans' own provider behind <see cref="GuardedGrainStorage"/>.</summary>
    public const string Tables = "broker-tables";

    // The provider's key holds the state's name and not the grain's type, so these must be unique over all grains.
    public const string Settings = "source-server-settings";
    public const string SignatureClaims = "signature-claims";
}
