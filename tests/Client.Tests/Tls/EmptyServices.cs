namespace CommandBroker.Client.Tests.Tls;

/// <summary>A provider that has nothing.</summary>
internal sealed class EmptyServices : IServiceProvider
{
    public static readonly EmptyServices Instance = new();

    public object? GetService(Type serviceType) => null;
}
