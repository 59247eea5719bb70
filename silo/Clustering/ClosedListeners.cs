using System.Net;
using Microsoft.AspNetCore.Connections;

namespace CommandBroker.Silo.Clustering;

/// <summary>
/// Opens no port but the one for grain clients, when it was asked for. A process that is a cluster of its own has no other silo to hear, and whoever
/// reaches such a port has an operator's power.
/// </summary>
/// <param name="gatewayPort">The port for grain clients; 0 when none was asked for.</param>
/// <param name="listeners">Orleans' own.</param>
internal sealed class ClosedListeners(int gatewayPort, IConnectionListenerFactory listeners) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        gatewayPort != 0 && endpoint is IPEndPoint { Port: int port } && port == gatewayPort
            ? listeners.BindAsync(endpoint, cancellationToken)
            : ValueTask.FromResult<IConnectionListener>(new Closed(endpoint));

    private sealed class Closed(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => await _end.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _end.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
