using CommandBroker.Silo;
using CommandBroker.Silo.Clustering;
using CommandBroker.Silo.Starting;

if (args is ["--check", string url])
{
    return await HealthCheck.RunAsync(url);
}

IdleThreads.Tune(args);
return await SiloHost.RunAsync(() =>
{
    // Settings are read once. Watching for their change would watch the whole directory, and with it every write to data/ below it.
    WebApplicationBuilder builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
    builder.UseBrokerDefaults(args);
    SettingNames.Check(builder.Configuration);
    ClusterChoice choice = builder.AddBroker();

    WebApplication app = builder.Build();
    app.MapBroker(choice);
    return app;
});
