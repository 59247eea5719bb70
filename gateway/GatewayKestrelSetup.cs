using CommandBroker.Gateway.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CommandBroker.Gateway;

/// <summary>Applies the limits and the certificates to the host's Kestrel.</summary>
internal sealed class GatewayKestrelSetup(IOptions<GatewayOptions> options, GatewayTls tls) : IConfigureOptions<KestrelServerOptions>
{
    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.UseCommandBrokerLimits(options.Value);
        tls.Apply(kestrel);
    }
}
