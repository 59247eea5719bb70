using CommandBroker.Client.Tls;
using CommandBroker.Gateway;
using CommandBroker.Gateway.Health;
using CommandBroker.Grains;
using CommandBroker.Silo.Clustering;
using CommandBroker.Silo.Starting;
using CommandBroker.Storage;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>The parts of the host, in the order in which <c>Program</c> puts them together.</summary>
internal static class SiloHost
{
    // RFC 3339 in UTC.
    private const string LogTime = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    private const string DefaultUrl = "http://127.0.0.1:8080";

    private const string SecretsVariable = "COMMANDBROKER_SECRETS";
    private const string DefaultSecrets = "/run/secrets";

    /// <summary>What the command line may say shortly.</summary>
    public static readonly Dictionary<string, string> Switches = new() { ["--role"] = "Silo:Role" };

    // Defaults, so that a setting of the same name is heard.
    private static readonly Dictionary<string, string?> QuietLogging = new()
    {
        // One line a request would cost more than the request.
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Orleans"] = "Warning",
        ["Logging:LogLevel:System"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Warning",

        // What is missing is logged once, by the broker itself.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",

        // While it may write anything, each request gets an activity and a scope that nobody reads: an eighth of an idle poll. What a
        // route throws is logged by the routes themselves.
        ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",

        // Its first check measures from the machine's start, and warns of an hour that never passed.
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
    };

    private static volatile bool _hasStarted;

    /// <summary>Address, logging and the time a stop may take; each can be set otherwise by configuration.</summary>
    public static void UseBrokerDefaults(this WebApplicationBuilder builder, string[] args)
    {
        // Secrets as orchestrators hand them out: a file each, its name the setting's.
        string secrets = Environment.GetEnvironmentVariable(SecretsVariable) is { Length: > 0 } given ? Path.GetFullPath(given) : DefaultSecrets;
        builder.Configuration.AddKeyPerFile(secrets, optional: secrets == DefaultSecrets, reloadOnChange: false);
        builder.Configuration.AddCommandLine(args, Switches);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogging });

        // What keeps it from starting is said once, as a sentence, by RunAsync.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _hasStarted && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.Silo", level => _hasStarted && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.SiloLifecycleSubject", level => _hasStarted && level >= LogLevel.Warning);
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = LogTime;
                options.UseUtcTimestamp = true;
            });
        }
        else
        {
            builder.Logging.AddJsonConsole(options =>
            {
                options.TimestampFormat = LogTime.TrimEnd();
                options.UseUtcTimestamp = true;
            });
        }

        builder.Services.AddOptions<SiloOptions>().BindConfiguration(SiloOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<ClusteringOptions>().BindConfiguration(ClusteringOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<SiloOptions>>((host, silo) =>
        {
            host.ShutdownTimeout = silo.Value.DrainDelay + silo.Value.ShutdownTimeout;

            // HTTP listens while the silo waits for its database, and a gateway for its silos: /readyz says what is missing.
            host.ServicesStartConcurrently = true;
        });
        builder.Services.AddSingleton(new StartProgress(StartProgress.Silo));
        builder.Services.AddHostedService<DrainBeforeStop>();
    }

    /// <summary>What the role is made of. A silo serves no HTTP but its health, a gateway holds nothing.</summary>
    public static ClusterChoice AddBroker(this WebApplicationBuilder builder)
    {
        ClusterChoice choice = ClusterChoice.Read(builder.Configuration);
        if (choice.Silo.HasSilo)
        {
            builder.Services.AddBrokerStorage();
            builder.AddSilo(choice);
        }
        else
        {
            builder.Services.AddOrleansClient(client => client.UseCluster(choice));
        }

        builder.Services.AddCommandBrokerGateway();
        return choice;
    }

    /// <summary>The routes of the role.</summary>
    public static void MapBroker(this WebApplication app, ClusterChoice choice) =>
        _ = choice.Silo.HasGateway ? app.MapCommandBroker() : app.MapCommandBrokerHealth();

    /// <summary>The silo, its low-rate state in the broker's database, and somebody who can get in before anybody is let in.</summary>
    private static void AddSilo(this WebApplicationBuilder builder, ClusterChoice choice)
    {
        builder.Services.AddDevelopmentMasterKey();
        builder.Services.AddSingleton(new DatabaseGate(isOpen: false));
        builder.Services.AddOptions<CredentialOptions>().BindConfiguration(CredentialOptions.Section);
        builder.Services.AddSingleton<CredentialSetup>();
        builder.Host.UseOrleans(silo =>
        {
            silo.UseCluster(choice);
            silo.AddBrokerGrains(choice.Provider, choice.Silo.HasGateway);
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DatabaseStart>();
            silo.AddStartupTask<CredentialStart>();
        });
    }

    /// <summary>Builds the host, starts, says where it is, and runs until it is told to stop.</summary>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start; the reason is one line on standard error.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await using WebApplication app = build();
            if (await StartAsync(app))
            {
                Console.WriteLine(Banner.Of(app));
                await app.WaitForShutdownAsync();
            }

            return 0;
        }
        catch (Exception fault) when (IsForTheOperator(fault))
        {
            await Console.Error.WriteLineAsync($"CommandBroker cannot start: {Sentence(fault)}");
            return 1;
        }
    }

    /// <summary>Starts; false when it was told to stop while it still waited for something.</summary>
    private static async Task<bool> StartAsync(WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();

        // Here and not with the silo, whose parts would fail over the missing one.
        _ = app.Services.GetService<ClusterCertificates>();
        try
        {
            await app.StartAsync();
            app.Services.GetService<CredentialSetup>()?.Publish(app.Urls.First());
            app.Services.GetRequiredService<StartProgress>().Complete();
            _hasStarted = true;
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A silo that never started cannot be stopped; what did start is ended with the process.
            return false;
        }
        catch
        {
            await StopWhatStartedAsync(app);
            throw;
        }
    }

    // In order: a silo that is torn down instead fills the log with faults of its own.
    private static async Task StopWhatStartedAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (InvalidOperationException)
        {
            // A silo that never began to start says that it cannot be stopped; what kept it from starting is the news.
        }
    }

    /// <summary>Faults of the configuration or the surroundings, which a stack trace would only hide. Anything else is ours and keeps its trace.</summary>
    private static bool IsForTheOperator(Exception fault) =>
        fault is OptionsValidationException or InvalidOperationException or StoreUnavailableException or IOException or UnauthorizedAccessException;

    private static string Sentence(Exception fault) => fault is { InnerException: { } cause } and InvalidOperationException
        ? $"{fault.Message} {cause.Message}"
        : fault.Message;
}
