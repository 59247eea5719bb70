using System.Reflection;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains.Tests;

/// <summary>Asks before each call whether it is to fail.</summary>
internal class FaultyIdentityStore : DispatchProxy
{
    private IIdentityStore _inner = null!;
    private Action _mayFail = null!;

    public static IIdentityStore Over(IIdentityStore inner, Action mayFail)
    {
        IIdentityStore made = Create<IIdentityStore, FaultyIdentityStore>();
        (((FaultyIdentityStore)made)._inner, ((FaultyIdentityStore)made)._mayFail) = (inner, mayFail);
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _mayFail();
        return targetMethod!.Invoke(_inner, args);
    }
}
