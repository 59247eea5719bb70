namespace CommandBroker.Storage;

/// <summary>The database does not answer, is full or is read-only. Trying again later is right; what was to be written may be written or not.</summary>
public class StoreUnavailableException : Exception
{
    /// <inheritdoc cref="StoreUnavailableException"/>
    public StoreUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
