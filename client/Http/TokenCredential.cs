namespace CommandBroker.Client.Http;

/// <summary>A token that is sent as it is.</summary>
/// <param name="Token">What goes into <c>X-Auth-Token</c>; 1 to 16,384 characters.</param>
public sealed record TokenCredential(string Token) : BrokerCredential;
