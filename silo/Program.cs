using CommandBroker.Gateway;
using CommandBroker.Silo;
using CommandBroker.Storage;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.UseBrokerDefaults();
builder.Services.AddBrokerStorage();
builder.AddSilo();
builder.AddCredentials();
builder.Services.AddCommandBrokerGateway();

WebApplication app = builder.Build();
app.MapCommandBroker();
await app.RunBrokerAsync();
