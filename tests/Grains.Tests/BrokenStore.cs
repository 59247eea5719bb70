using System.Reflection;

namespace CommandBroker.Grains.Tests;

/// <summary>A store of which every call fails in a way that no store is known for.</summary>
public class BrokenStore : DispatchProxy
{
    private readonly SemaphoreSlim _calls = new(0);

    public static (T Store, BrokenStore Control) Make<T>()
        where T : class
    {
        T store = Create<T, BrokenStore>();
        return (store, (BrokenStore)(object)store);
    }

    /// <summary>Waits for the next call.</summary>
    public Task<bool> WasCalledAsync() => _calls.WaitAsync(TimeSpan.FromMilliseconds(10));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _calls.Release();
        throw new InvalidCastException("A fault that no store is known for.");
    }
}
