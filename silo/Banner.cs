using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>What a newcomer reads first: where the broker is, where the credentials are, and three lines to try it.</summary>
internal static class Banner
{
    public static string Of(WebApplication app)
    {
        string address = app.Urls.FirstOrDefault() ?? "";
        StorageOptions storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        string credentials = app.Services.GetRequiredService<CredentialSetup>().Path;
        if (credentials.Length == 0)
        {
            return $"CommandBroker listens on {address} (storage: {storage.Provider})";
        }

        return $$$"""

            CommandBroker listens on {{{address}}}
              storage      {{{storage.Provider}}} ({{{System.IO.Path.GetFullPath(storage.DataDirectory)}}})
              credentials  {{{credentials}}} (development only)

            Try it, in another shell:
              T=$(sed -n 's/.*"token": "\(.*\)".*/\1/p' {{{credentials}}} | head -1)
              curl -s -H "X-Auth-Token: $T" -H 'Content-Type: application/json' {{{address}}}/v3/sources -d '{"id":"demo-1","name":"demo","os_type":"LINUX"}'; echo
              curl -s -H "X-Auth-Token: $T" -H 'Content-Type: application/json' {{{address}}}/api/v1/sources/demo-1/commands -d '{"command_name":"START","command_param":{"task_id":"t-1"}}'; echo
              curl -s -H "X-Auth-Token: $T" {{{address}}}/v3/sources/demo-1/command; echo

            """;
    }
}
