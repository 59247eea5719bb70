using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Storage;
using Microsoft.Extensions.Options;

namespace CommandBroker.Silo;

/// <summary>
/// Sees to it, between the start of the silo and that of the gateway, that somebody can get in. In Development tokens are made once and
/// written to <c>dev-credentials.json</c>; otherwise they are those of <see cref="CredentialOptions"/>, or stored already. Only hashes are stored.
/// </summary>
internal sealed class CredentialSetup(
    IGrainFactory grains,
    IHostEnvironment environment,
    IOptions<CredentialOptions> options,
    IOptions<StorageOptions> storage) : IHostedService
{
    private DevCredentials? _made;

    /// <summary>Where the development credentials are; empty outside Development.</summary>
    public string Path { get; } = environment.IsDevelopment()
        ? System.IO.Path.Combine(storage.Value.DataDirectory, DevCredentials.FileName)
        : "";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ICredentialGrain stored = grains.GetGrain<ICredentialGrain>(0);
        ImmutableArray<CredentialRecord> given = Given();
        if (environment.IsDevelopment() && given.IsEmpty)
        {
            given = Development();
        }

        if (!given.IsEmpty)
        {
            await stored.PutAsync(given);
        }
        else if ((await stored.ReadAsync()).IsEmpty)
        {
            throw new InvalidOperationException(
                "No credentials are stored and none are configured. Set Credentials:OperatorToken and Credentials:AgentToken (environment: "
                + $"Credentials__OperatorToken, Credentials__AgentToken), each at least {CredentialOptions.MinTokenLength} random characters, for one start.");
        }
    }

    /// <summary>Writes the credentials that were made, now that the gateway listens: whoever finds the file finds a broker that answers.</summary>
    public void Publish(string address) => (_made is null ? null : _made with { Endpoint = address })?.Write(Path);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private ImmutableArray<CredentialRecord> Development()
    {
        DevCredentials credentials = DevCredentials.Read(Path) ?? (_made = DevCredentials.Create());
        return [RecordOf("operator", Role.Operator, credentials.Token), RecordOf("agent", Role.Agent, credentials.AgentToken)];
    }

    private ImmutableArray<CredentialRecord> Given()
    {
        var records = ImmutableArray.CreateBuilder<CredentialRecord>();
        if (Checked(options.Value.OperatorToken, nameof(CredentialOptions.OperatorToken)) is string operatorToken)
        {
            records.Add(RecordOf("operator", Role.Operator, operatorToken));
        }

        if (Checked(options.Value.AgentToken, nameof(CredentialOptions.AgentToken)) is string agentToken)
        {
            records.Add(RecordOf("agent", Role.Agent, agentToken));
        }

        return records.DrainToImmutable();
    }

    private static string? Checked(string? token, string knob) => token switch
    {
        null or "" => null,
        { Length: < CredentialOptions.MinTokenLength or > 16_384 } => throw new InvalidOperationException(
            $"Credentials:{knob} has {token.Length} characters; {CredentialOptions.MinTokenLength} to 16384 are allowed."),
        _ => token,
    };

    private static CredentialRecord RecordOf(string principal, Role role, string token) => new()
    {
        Principal = principal,
        Role = role,
        TokenHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))),
    };
}
