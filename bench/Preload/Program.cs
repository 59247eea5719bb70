// Fills a store with finished commands before a broker is measured on it.
using System.Diagnostics;
using CommandBroker.Preload;
using CommandBroker.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddBrokerStorage();
await using WebApplication app = builder.Build();
PreloadOptions options = app.Configuration.Get<PreloadOptions>() ?? new PreloadOptions();
IBrokerDatabase database = app.Services.GetRequiredService<IBrokerDatabase>();
await database.OpenAsync(CancellationToken.None);

var clock = Stopwatch.StartNew();
await new HistoryLoader(database, TimeProvider.System.GetUtcNow()).LoadAsync(options);
Console.Error.WriteLine($"{options.Finished} finished commands for {options.Servers} source servers in {clock.Elapsed.TotalSeconds:F1} s.");
