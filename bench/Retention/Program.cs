// Opens a store, and measures retention and enqueues on it. bench/retention.py fills it in between. Prints one JSON line for each measurement.
using CommandBroker.RetentionBench;
using CommandBroker.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddBrokerStorage();
await using WebApplication app = builder.Build();
RetentionOptions options = app.Configuration.Get<RetentionOptions>() ?? new RetentionOptions();
IBrokerDatabase database = app.Services.GetRequiredService<IBrokerDatabase>();
await database.OpenAsync(CancellationToken.None);
var measurement = new Measurement(database, options);
switch (options.Verb)
{
    case "open":
        break;
    case "idle":
        await measurement.IdleAsync();
        break;
    case "rates":
        await measurement.RatesAsync();
        break;
    default:
        throw new ArgumentException($"Verb is {options.Verb}; open, idle and rates are allowed.");
}
