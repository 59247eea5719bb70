using System.Reflection;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains.Tests;

/// <summary>Asks before each call whether it is to fail, and before each exchange of a secret what it is to wait for.</summary>
internal class FaultyIdentityStore : DispatchProxy
{
    private IIdentityStore _inner = null!;
    private Action _mayFail = null!;
    private Func<Task> _beforeSecret = null!;

    public static IIdentityStore Over(IIdentityStore inner, Action mayFail, Func<Task> beforeSecret)
    {
        IIdentityStore made = Create<IIdentityStore, FaultyIdentityStore>();
        var store = (FaultyIdentityStore)made;
        (store._inner, store._mayFail, store._beforeSecret) = (inner, mayFail, beforeSecret);
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _mayFail();
        return targetMethod!.Name == nameof(IIdentityStore.ReplaceSecretAsync)
            ? ReplaceAsync((SecretOwner)args![0]!, (StoredSecret)args[1]!)
            : targetMethod.Invoke(_inner, args);
    }

    private async Task<bool> ReplaceAsync(SecretOwner read, StoredSecret secret)
    {
        await _beforeSecret();
        _mayFail();
        return await _inner.ReplaceSecretAsync(read, secret);
    }
}
