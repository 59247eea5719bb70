using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Gateway.Tests;

/// <summary>The administration as far as a gateway can see: keeps what it was asked, answers what a test put there.</summary>
internal class FakeIdentityAdmin : DispatchProxy
{
    private readonly ConcurrentDictionary<string, Func<object?[], object>> _answers = new(StringComparer.Ordinal);

    public IIdentityAdminGrain Grain { get; private set; } = null!;

    /// <summary>The calls: a method's name and its arguments, the caller first.</summary>
    public ConcurrentQueue<(string Method, object?[] Arguments)> Calls { get; } = new();

    /// <summary>What every call fails with; null when none does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Who administers, in the last call.</summary>
    public AdminCaller Caller => (AdminCaller)Calls.Last().Arguments[0]!;

    public static FakeIdentityAdmin Create()
    {
        IIdentityAdminGrain grain = Create<IIdentityAdminGrain, FakeIdentityAdmin>();
        var fake = (FakeIdentityAdmin)(object)grain;
        fake.Grain = grain;
        return fake;
    }

    /// <summary>What a method answers, from now on; without an answer it answers null, nothing or an empty list.</summary>
    public void Answer<T>(string method, T answer) => Answer(method, _ => answer);

    /// <summary>The same, by what is asked for.</summary>
    public void Answer<T>(string method, Func<object?[], T> answer) => _answers[method] = arguments => ValueTask.FromResult(answer(arguments));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Calls.Enqueue((targetMethod!.Name, args!));
        return Failure is { } failure ? throw failure
            : _answers.TryGetValue(targetMethod.Name, out Func<object?[], object>? answer) ? answer(args!)
            : targetMethod.ReturnType == typeof(ValueTask<ImmutableArray<PrincipalView>>) ? ValueTask.FromResult(ImmutableArray<PrincipalView>.Empty)
            : targetMethod.ReturnType == typeof(ValueTask<ImmutableArray<AccessKeyView>>) ? ValueTask.FromResult(ImmutableArray<AccessKeyView>.Empty)
            : targetMethod.ReturnType == typeof(ValueTask<ImmutableArray<TenantView>>) ? ValueTask.FromResult(ImmutableArray<TenantView>.Empty)
            : targetMethod.ReturnType == typeof(ValueTask<AuditPageView>) ? ValueTask.FromResult(new AuditPageView([], null))
            : Activator.CreateInstance(targetMethod.ReturnType);
    }
}
