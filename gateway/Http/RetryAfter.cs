using System.Globalization;

namespace CommandBroker.Gateway.Http;

/// <summary>The <c>Retry-After</c> header, in whole seconds.</summary>
internal static class RetryAfter
{
    /// <summary>Sets it to the wait, rounded up, or to what is usual when there is none: at random up to twice as long, because those who were refused together would come back together.</summary>
    public static void Set(HttpResponse response, TimeSpan? wait, int usualSeconds) =>
        response.Headers.RetryAfter = (wait is { } time ? Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)) : Random.Shared.NextInt64(usualSeconds, (2L * usualSeconds) + 1))
            .ToString(CultureInfo.InvariantCulture);
}
