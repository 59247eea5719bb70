using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Between the exchange of the master key on the wire and the contracts.</summary>
public static class ReencryptMap
{
    /// <summary>Writes how far it is.</summary>
    public static ReencryptRecord ToWire(this ReencryptionView view) => new()
    {
        State = view.State,
        ReencryptedCount = view.ReencryptedCount,
        RemainingCount = view.RemainingCount,
        Failure = view.Failure,
    };

    /// <summary>Reads how far it is.</summary>
    public static ReencryptionView ToView(this ReencryptRecord record) => new()
    {
        State = record.State,
        ReencryptedCount = record.ReencryptedCount,
        RemainingCount = record.RemainingCount,
        Failure = record.Failure,
    };
}
