namespace CommandBroker.Client.Http;

/// <summary>What proves who calls: a <see cref="TokenCredential"/>, a <see cref="PasswordCredential"/> or an <see cref="AccessKeyCredential"/>.</summary>
public abstract record BrokerCredential
{
    private protected BrokerCredential()
    {
    }

    /// <summary>The kind alone: a credential never writes its secret, not even into a log by accident.</summary>
    public sealed override string ToString() => GetType().Name;
}
