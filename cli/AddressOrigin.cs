namespace CommandBroker.Cli;

/// <summary>Says where the address was found that no connection could be made to: somebody else's variable or a forgotten login is the usual cause.</summary>
/// <param name="origin">Where the address was found, as <c>COMMANDBROKER_ENDPOINT</c>.</param>
/// <param name="inner">What sends the requests.</param>
internal sealed class AddressOrigin(string origin, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">As the inner handler; one that could not connect has the origin in its message.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            // Without the inner exception, whose words are in this one's.
            throw new HttpRequestException(fault.HttpRequestError, $"{fault.GetBaseException().Message.TrimEnd('.')}; the address is that of {origin}");
        }
    }
}
