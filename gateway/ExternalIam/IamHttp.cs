using System.Net.Http;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>The connection to an external IAM: bounded in time and size, tried again, and left alone while it fails. It follows no redirects, which would carry secrets elsewhere.</summary>
internal static class IamHttp
{
    /// <summary>The client's name.</summary>
    public const string Name = "iam";

    private const int MaxAnswerBytes = 1_048_576;
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(10);

    /// <summary>Adds the client.</summary>
    public static void AddIamHttp(this IServiceCollection services) => services
        .AddHttpClient(Name, client =>
        {
            client.Timeout = Timeout.InfiniteTimeSpan;
            client.MaxResponseContentBufferSize = MaxAnswerBytes;
        })
        .RemoveAllLoggers()
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .AddResilienceHandler(Name, Configure);

    /// <summary>Whether what was thrown means that the IAM did not answer.</summary>
    public static bool IsSilence(Exception failure) =>
        failure is HttpRequestException or IOException or ExecutionRejectedException or OperationCanceledException or TimeoutException;

    private static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        ExternalIamOptions options = context.ServiceProvider.GetRequiredService<IOptions<ExternalIamOptions>>().Value;
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        pipeline.AddTimeout(options.TotalTimeout);
        if (options.RetryCount > 0)
        {
            pipeline.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = options.RetryCount,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            });
        }

        pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            SamplingDuration = Sampling,
            MinimumThroughput = options.BreakMinimumCalls,
            BreakDuration = options.BreakDuration,
        });
        pipeline.AddTimeout(options.CallTimeout);
    }
}
