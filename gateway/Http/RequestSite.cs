namespace CommandBroker.Gateway.Http;

/// <summary>From whose page a browser sent a request.</summary>
internal static class RequestSite
{
    /// <summary>
    /// Whether a browser says that another site's page made the request: a client certificate, which the browser adds by itself, is no sign that
    /// its owner wanted this. Programs do not send <c>Sec-Fetch-Site</c>.
    /// </summary>
    public static bool IsOther(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is not ("same-origin" or "none");
}
