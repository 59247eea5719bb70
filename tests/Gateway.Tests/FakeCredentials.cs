using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;

namespace CommandBroker.Gateway.Tests;

internal sealed class FakeCredentials : ICredentialGrain
{
    public const string OperatorToken = "operator-token";
    public const string AgentToken = "agent-token";

    public Exception? Failure { get; set; }

    public ImmutableArray<CredentialRecord> Records { get; set; } =
    [
        Record("olga", Role.Operator, OperatorToken),
        Record("agent", Role.Agent, AgentToken),
    ];

    public static CredentialRecord Record(string principal, Role role, string token) => new()
    {
        Principal = principal,
        Role = role,
        TokenHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))),
    };

    public ValueTask<ImmutableArray<CredentialRecord>> ReadAsync() =>
        Failure is null ? ValueTask.FromResult(Records) : ValueTask.FromException<ImmutableArray<CredentialRecord>>(Failure);

    public ValueTask PutAsync(ImmutableArray<CredentialRecord> credentials) => throw new NotSupportedException();
}
