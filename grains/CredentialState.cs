using CommandBroker.Contracts;

namespace CommandBroker.Grains;

/// <summary>What is stored of the credentials.</summary>
internal sealed class CredentialState
{
    public List<CredentialRecord> Credentials { get; set; } = [];
}
