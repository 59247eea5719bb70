using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CommandBroker.Gateway;

/// <summary>Applies the limits to the host's Kestrel.</summary>
internal sealed class GatewayKestrelSetup(IOptions<GatewayOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel) => kestrel.UseCommandBrokerLimits(options.Value);
}
