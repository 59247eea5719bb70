using CommandBroker.Cli;

return await CliApp.RunAsync(args, CliHost.OfThisProcess());
