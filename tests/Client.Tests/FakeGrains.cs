using System.Reflection;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Tests;

/// <summary>A grain factory whose every grain answers by one delegate: (key, method, arguments) to the method's return value.</summary>
public class FakeGrains : DispatchProxy
{
    private Func<string, string, object?[], object?> _answer = null!;
    private string _key = "";

    public static IGrainFactory Create(Func<string, string, object?[], object?> answer) => Make<IGrainFactory>("", answer);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IGrainFactory.GetGrain))
        {
            string key = args![0]!.ToString()!;
            return targetMethod.ReturnType == typeof(ISourceServerGrain) ? Make<ISourceServerGrain>(key, _answer)
                : Make<ISourceDirectoryGrain>(key, _answer);
        }

        return _answer(_key, targetMethod.Name, args ?? []);
    }

    private static T Make<T>(string key, Func<string, string, object?[], object?> answer)
        where T : class
    {
        T proxy = Create<T, FakeGrains>();
        var fake = (FakeGrains)(object)proxy;
        (fake._key, fake._answer) = (key, answer);
        return proxy;
    }
}
