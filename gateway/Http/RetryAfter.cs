using System.Globalization;

namespace CommandBroker.Gateway.Http;

/// <summary>The <c>Retry-After</c> header, in whole seconds.</summary>
internal static class RetryAfter
{
    /// <summary>Sets it to the wait, rounded up, or to what is usual when there is none.</summary>
    public static void Set(HttpResponse response, TimeSpan? wait, int usualSeconds) =>
        response.Headers.RetryAfter = (wait is { } time ? Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)) : usualSeconds).ToString(CultureInfo.InvariantCulture);
}
