using CommandBroker.Gateway;
using CommandBroker.Silo;
using CommandBroker.Storage;

return await SiloHost.RunAsync(() =>
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    builder.UseBrokerDefaults();
    builder.Services.AddBrokerStorage();
    builder.AddSilo();
    builder.AddCredentials();
    builder.Services.AddCommandBrokerGateway();

    WebApplication app = builder.Build();
    app.MapCommandBroker();
    return app;
});
