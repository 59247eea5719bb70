using CommandBroker.Gateway;
using CommandBroker.Silo;
using CommandBroker.Storage;

return await SiloHost.RunAsync(() =>
{
    // Settings are read once. Watching for their change would watch the whole directory, and with it every write to data/ below it.
    WebApplicationBuilder builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
    builder.UseBrokerDefaults();
    builder.Services.AddBrokerStorage();
    builder.AddSilo();
    builder.AddCredentials();
    builder.Services.AddCommandBrokerGateway();

    WebApplication app = builder.Build();
    app.MapCommandBroker();
    return app;
});
