using System.Reflection;
using CommandBroker.Contracts;
using Orleans.CodeGeneration;
using Xunit;

namespace CommandBroker.Grains.Tests;

public sealed class GrainInterfaceTests
{
    /// <summary>
    /// A release before is called by this one, and calls it, while a cluster is upgraded. So a method is never changed or removed, and a
    /// new one raises the [Version] of its interface: calls of it then go to silos that have it. Whoever changes the list sees this.
    /// </summary>
    [Fact]
    public void Methods_of_grains_stay_as_they_are_and_new_ones_raise_the_version()
    {
        string[] found = [.. new[] { typeof(ISourceServerGrain).Assembly, typeof(BrokerGrains).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .SelectMany(Describe)];

        Assert.True(File.ReadAllLines(ListPath()).SequenceEqual(found), $"The interfaces are not those of grain-interfaces.txt any more; they are now:\n{string.Join('\n', found)}");
    }

    private static IEnumerable<string> Describe(Type type) =>
    [
        $"{type.Name} version {type.GetCustomAttribute<VersionAttribute>()?.Version ?? 0}",
        .. type.GetMethods().Select(method => $"  {method.GetCustomAttribute<AliasAttribute>()?.Alias ?? method.Name}: {method}").Order(StringComparer.Ordinal),
    ];

    private static string ListPath() => Path.Combine(AppContext.BaseDirectory, "grain-interfaces.txt");
}
