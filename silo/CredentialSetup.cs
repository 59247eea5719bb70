using System.Collections.Immutable;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using CommandBroker.Grains;
using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>
/// Sees to it, between the start of the silo and that of the gateway, that somebody can get in. In Development credentials are made once and
/// written to <c>dev-credentials.json</c>; otherwise they are those of the settings, or stored already. Several silos of a cluster may
/// do the same at the same time.
/// </summary>
internal sealed class CredentialSetup(
    IGrainFactory grains,
    IHostEnvironment environment,
    IOptions<CredentialOptions> credentials,
    IOptions<IdentityOptions> identity,
    IOptions<AdmissionOptions> admission,
    IOptions<StorageOptions> storage,
    ILogger<CredentialSetup> log) : IHostedService
{
    private static readonly AdminCaller Broker = new() { Actor = new AuditActor { DomainId = DefaultTenant.DomainId, Name = "broker" } };

    private DevCredentials? _made;

    /// <summary>Where the development credentials are; empty outside Development.</summary>
    public string Path { get; } = environment.IsDevelopment()
        ? System.IO.Path.Combine(storage.Value.DataDirectory, DevCredentials.FileName)
        : "";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<BootstrapPrincipal> given = [.. GivenPrincipals.Of(credentials.Value, identity.Value)];
        if (environment.IsDevelopment() && given.IsEmpty)
        {
            given = [.. Development()];
        }

        try
        {
            IIdentityAdminGrain admin = grains.GetGrain<IIdentityAdminGrain>(0);
            await EndDevelopmentAsync(admin);
            await StoreAsync(admin, given);
        }
        catch (BrokerException refusal) when (!refusal.IsTransient)
        {
            throw new InvalidOperationException($"The credentials of the start cannot be stored: {refusal.Message}");
        }
    }

    /// <summary>Writes the credentials that were made, now that the gateway listens: whoever finds the file finds a broker that answers.</summary>
    public void Publish(string address) => _made?.Write(Path, address);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StoreAsync(IIdentityAdminGrain admin, ImmutableArray<BootstrapPrincipal> given)
    {
        await admin.BootstrapAsync(given);

        // With an external IAM somebody can get in without.
        if (given.IsEmpty && admission.Value.Mode == IdentityMode.Embedded && (await admin.ListPrincipalsAsync(Broker, DefaultTenant.DomainId, after: null, limit: 1)).IsEmpty)
        {
            throw new InvalidOperationException(
                "No credentials are stored and none are configured. For one start, set Identity:BootstrapAdmin and Identity:BootstrapAdminPassword (environment: "
                + "Identity__BootstrapAdmin, Identity__BootstrapAdminPassword), or Credentials:OperatorToken and Credentials:AgentToken (environment: "
                + $"Credentials__OperatorToken, Credentials__AgentToken), each at least {CredentialOptions.MinTokenLength} random characters.");
        }
    }

    /// <summary>A store that was begun in Development has tokens, a key and a password that lie in a file beside it: in Production they end.</summary>
    private async Task EndDevelopmentAsync(IIdentityAdminGrain admin)
    {
        string path = System.IO.Path.Combine(storage.Value.DataDirectory, DevCredentials.FileName);
        if (environment.IsDevelopment() || !File.Exists(path))
        {
            return;
        }

        BootstrapPrincipal[] known = GivenPrincipals.Of(DevCredentials.Load(path));
        ImmutableArray<string> ended = await admin.EndCredentialsAsync(
            [.. known.Select(one => one.Principal.Name)],
            [.. known.SelectMany(one => (string?[])[one.TokenHash, one.AccessKey]).OfType<string>()]);
        if (!ended.IsEmpty)
        {
            log.DevelopmentCredentialsEnded(path, string.Join(", ", ended));
        }
    }

    private BootstrapPrincipal[] Development()
    {
        DevCredentials found = DevCredentials.Load(Path);
        _made = found.IsChanged ? found : null;
        return GivenPrincipals.Of(found);
    }
}
