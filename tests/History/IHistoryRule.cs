namespace CommandBroker.History;

/// <summary>Looks for one kind of broken promise in a run.</summary>
public interface IHistoryRule
{
    /// <summary>What was broken; nothing when the promise was kept.</summary>
    IEnumerable<Violation> Check(RunHistory run);
}
