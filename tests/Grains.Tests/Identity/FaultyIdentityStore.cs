using System.Reflection;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains.Tests;

/// <summary>Asks before each call whether it is to fail, and before each exchange of a secret what it is to wait for.</summary>
internal class FaultyIdentityStore : DispatchProxy
{
    private IIdentityStore _inner = null!;
    private Action _mayFail = null!;
    private Func<Task> _beforeSecret = null!;
    private Func<IReadOnlyCollection<StoredAuditEvent>, Task> _appendAudit = null!;

    public static IIdentityStore Over(
        IIdentityStore inner, Action mayFail, Func<Task> beforeSecret, Func<IReadOnlyCollection<StoredAuditEvent>, Task> appendAudit)
    {
        IIdentityStore made = Create<IIdentityStore, FaultyIdentityStore>();
        var store = (FaultyIdentityStore)made;
        (store._inner, store._mayFail, store._beforeSecret, store._appendAudit) = (inner, mayFail, beforeSecret, appendAudit);
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _mayFail();
        return targetMethod!.Name switch
        {
            nameof(IIdentityStore.ReplaceSecretAsync) => ReplaceAsync((SecretOwner)args![0]!, (StoredSecret)args[1]!),
            nameof(IIdentityStore.AppendAuditAsync) => _appendAudit((IReadOnlyCollection<StoredAuditEvent>)args![0]!),
            _ => targetMethod.Invoke(_inner, args),
        };
    }

    private async Task<bool> ReplaceAsync(SecretOwner read, StoredSecret secret)
    {
        await _beforeSecret();
        _mayFail();
        return await _inner.ReplaceSecretAsync(read, secret);
    }
}
