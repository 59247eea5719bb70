using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CommandBroker.Gateway;

/// <summary>The web server's limits. <c>AddCommandBrokerGateway</c> applies them to the host's Kestrel; a host with several servers calls this for each.</summary>
public static class GatewayKestrel
{
    /// <summary>Sets the limits from the settings. Requests beyond them are refused by Kestrel before any endpoint runs.</summary>
    public static void UseCommandBrokerLimits(this KestrelServerOptions kestrel, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        var rate = new MinDataRate(options.MinBodyBytesPerSecond, options.BodyGracePeriod);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaderCount;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = rate;
        kestrel.Limits.MinResponseDataRate = rate;
        // A flush completes when the socket has taken the bytes, not when they lie in a buffer: only so can a response
        // that was not sent be told from one that was.
        kestrel.Limits.MaxResponseBufferSize = 0;
    }
}
