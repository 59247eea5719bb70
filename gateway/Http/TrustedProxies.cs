using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace CommandBroker.Gateway.Http;

/// <summary>
/// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>, when the request comes from a proxy of the settings and
/// from nobody else. Host stays as it came: it is signed.
/// </summary>
internal sealed class TrustedProxies(IOptions<GatewayOptions> options) : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        if (options.Value.TrustedProxies is not { Length: > 0 } text)
        {
            return next;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

            // As many proxies as are trusted may follow one another.
            ForwardLimit = null,
        };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (string part in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            forwarded.KnownIPNetworks.Add(Parse(part));
        }

        return app =>
        {
            app.UseForwardedHeaders(forwarded);
            next(app);
        };
    }

    private static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out IPNetwork network) && network.PrefixLength > 0
            ? network
            : throw new InvalidOperationException(
                $"Gateway:TrustedProxies has {text}; addresses and networks as 10.0.0.0/8 are allowed, separated by commas, none of them the whole Internet.");
    }
}
