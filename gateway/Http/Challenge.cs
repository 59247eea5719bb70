namespace CommandBroker.Gateway.Http;

/// <summary><c>WWW-Authenticate</c>: what a caller who is answered 401 may prove itself by (RFC 9110, section 15.5.2).</summary>
internal static class Challenge
{
    /// <summary>A token in <c>X-Auth-Token</c>, or a signature.</summary>
    public const string Usual = "X-Auth-Token realm=\"command-broker\", SDK-HMAC-SHA256 realm=\"command-broker\"";

    /// <summary>The same, or a token as <c>Bearer</c>.</summary>
    public const string WithBearer = Usual + ", Bearer realm=\"command-broker\"";

    /// <summary>Sets it on a 401 that has none yet.</summary>
    public static void Ensure(HttpResponse response)
    {
        if (response.StatusCode == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = Usual;
        }
    }
}
