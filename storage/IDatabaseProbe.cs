namespace CommandBroker.Storage;

/// <summary>Asks a database whether it can be reached, apart from everything else that it is asked.</summary>
public interface IDatabaseProbe
{
    /// <summary>Asks; one question at a time.</summary>
    /// <returns>Whether an answer came in time; a refusal is one. Whatever keeps the question from being asked is none.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<bool> AskAsync(CancellationToken cancellationToken);
}
