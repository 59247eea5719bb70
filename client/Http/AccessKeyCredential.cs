namespace CommandBroker.Client.Http;

/// <summary>An access key. Every request is signed (<c>SDK-HMAC-SHA256</c>); the secret never leaves the process.</summary>
/// <param name="AccessKey">The access key.</param>
/// <param name="SecretKey">Its secret.</param>
public sealed record AccessKeyCredential(string AccessKey, string SecretKey) : BrokerCredential
{
    /// <summary>The <c>X-Security-Token</c> of a temporary key; null for a permanent one.</summary>
    public string? SecurityToken { get; init; }
}
