namespace CommandBroker.Storage.Batching;

/// <summary>One caller's request inside a batch. Whoever handles the batch completes it.</summary>
internal interface IBatchItem
{
    /// <summary>How much it adds to its batch.</summary>
    BatchSize Size => BatchSize.One;

    /// <summary>Ends the request with a fault, unless it has been completed.</summary>
    void Fail(Exception fault);
}
