namespace CommandBroker.Contracts;

/// <summary>What this process knows of the queues that are active in it, so that a gateway in the same process can answer an idle poll itself.</summary>
/// <remarks>A missing answer costs a grain call and nothing else. A queue is never called idle once an enqueue to it was acknowledged.</remarks>
public interface ILocalQueues
{
    /// <summary>Whether a poll of this source server would find nothing and change nothing at this moment.</summary>
    /// <param name="key">The source server, as <see cref="CommandBroker.Core.SourceServerKey.Text"/> has it.</param>
    /// <returns>False also when the queue is not active here, or when its poll is to be noted.</returns>
    bool IsIdle(ReadOnlySpan<char> key);
}
