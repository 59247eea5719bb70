using System.Net;
using CommandBroker.Grains;
using CommandBroker.Storage;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace CommandBroker.Silo;

/// <summary>The parts of the host, in the order in which <c>Program</c> puts them together.</summary>
internal static class SiloHost
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    private static volatile bool _hasStarted;

    /// <summary>Address, logging and the time a stop may take; each can be set otherwise by configuration.</summary>
    public static void UseBrokerDefaults(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        // One line a request would cost more than the request.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Warning);

        // Its first check measures from the machine's start, and warns of an hour that never passed.
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);

        // What keeps it from starting is said once, as a sentence, by RunAsync.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _hasStarted && level >= LogLevel.Warning);
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(options => options.SingleLine = true);
        }
        else
        {
            builder.Logging.AddJsonConsole();
        }

        builder.Services.AddOptions<SiloOptions>().BindConfiguration(SiloOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<SiloOptions>>((host, silo) => host.ShutdownTimeout = silo.Value.ShutdownTimeout);
    }

    /// <summary>The silo: a cluster of one on loopback, its low-rate state in the broker's database.</summary>
    public static void AddSilo(this WebApplicationBuilder builder)
    {
        SiloOptions options = builder.Configuration.GetSection(SiloOptions.Section).Get<SiloOptions>() ?? new SiloOptions();
        StorageOptions storage = builder.Configuration.GetSection(StorageOptions.SectionName).Get<StorageOptions>() ?? new StorageOptions();
        builder.Host.UseOrleans(silo =>
        {
            int siloPort = options.SiloPort == 0 ? FreePort() : options.SiloPort;
            int gatewayPort = options.GatewayPort == 0 ? FreePort() : options.GatewayPort;
            silo.UseLocalhostClustering(siloPort, gatewayPort, primarySiloEndpoint: null, options.ServiceId, options.ClusterId);
            silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Loopback);
            silo.AddBrokerGrains(storage.Provider);
        });
    }

    /// <summary>Somebody who can get in.</summary>
    public static void AddCredentials(this WebApplicationBuilder builder)
    {
        builder.Services.AddDevelopmentMasterKey();
        builder.Services.AddOptions<CredentialOptions>().BindConfiguration(CredentialOptions.Section);
        builder.Services.AddSingleton<CredentialSetup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CredentialSetup>());
    }

    /// <summary>Builds the host, opens the storage, starts, says where it is, and runs until it is told to stop.</summary>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start; the reason is one line on standard error.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await using WebApplication app = build();
            await StartAsync(app);
            Console.WriteLine(Banner.Of(app));
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception fault) when (IsForTheOperator(fault))
        {
            await Console.Error.WriteLineAsync($"CommandBroker cannot start: {Sentence(fault)}");
            return 1;
        }
    }

    private static async Task StartAsync(WebApplication app)
    {
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        await app.Services.GetRequiredService<IBrokerDatabase>().OpenAsync(CancellationToken.None);
        try
        {
            await app.StartAsync();
            app.Services.GetRequiredService<CredentialSetup>().Publish(app.Urls.First());
            _hasStarted = true;
        }
        catch
        {
            // What had started is stopped in order: a silo that is torn down instead fills the log with faults of its own.
            await app.StopAsync();
            throw;
        }
    }

    /// <summary>Faults of the configuration or the surroundings, which a stack trace would only hide. Anything else is ours and keeps its trace.</summary>
    private static bool IsForTheOperator(Exception fault) =>
        fault is OptionsValidationException or InvalidOperationException or StoreUnavailableException or IOException or UnauthorizedAccessException;

    private static string Sentence(Exception fault) => fault is { InnerException: { } cause } and InvalidOperationException
        ? $"{fault.Message} {cause.Message}"
        : fault.Message;

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
