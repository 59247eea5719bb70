namespace CommandBroker.Silo;

/// <summary><c>--check URL</c>: asks a running broker for its health, for containers that hold no other program that could.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <returns>The exit code: 0 when it answered 200, 1 otherwise; what it said is on standard output.</returns>
    public static async Task<int> RunAsync(string url)
    {
        using var http = new HttpClient { Timeout = Timeout };
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(url));
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception silence) when (silence is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            Console.WriteLine($"{url} does not answer: {silence.Message}");
            return 1;
        }
    }
}
