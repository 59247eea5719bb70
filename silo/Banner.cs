using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>
/// What a newcomer reads first: where the broker is, where the credentials are, and lines to try it. None has the token among a program's
/// arguments, which others can see.
/// </summary>
internal static class Banner
{
    public static string Of(WebApplication app)
    {
        string address = app.Urls.FirstOrDefault() ?? "";
        string role = app.Services.GetRequiredService<IOptions<SiloOptions>>().Value.Role;
        StorageOptions storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        string credentials = app.Services.GetService<CredentialSetup>()?.Path ?? "";
        if (role == BrokerRole.Gateway)
        {
            return $"CommandBroker listens on {address} (gateway)";
        }

        if (credentials.Length == 0 || role == BrokerRole.Silo)
        {
            return $"CommandBroker listens on {address} ({role}, storage: {storage.Provider})";
        }

        return $$$"""

            CommandBroker listens on {{{address}}}
              storage      {{{storage.Provider}}} ({{{System.IO.Path.GetFullPath(storage.DataDirectory)}}})
              credentials  {{{credentials}}} (development only)

            Try it, in another shell:
              T=$(sed -n 's/.*"token": "\(.*\)".*/\1/p' {{{credentials}}} | head -1)
              call() { printf 'X-Auth-Token: %s\n' "$T" | curl -s -H @- -H 'Content-Type: application/json' "$@"; echo; }
              call {{{address}}}/v3/sources -d '{"id":"demo-1","name":"demo","os_type":"LINUX"}'
              call {{{address}}}/api/v1/sources/demo-1/commands -d '{"command_name":"START","command_param":{"task_id":"t-1"}}'
              call {{{address}}}/v3/sources/demo-1/command

            """;
    }
}
