using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Gateway.Grains;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class RegistrationLookupTests
{
    private readonly FakeGrains _grains = new();
    private readonly RegistrationLookup _lookup;

    public RegistrationLookupTests() => _lookup = new RegistrationLookup(_grains);

    [Fact]
    public async Task What_comes_while_calls_are_under_way_shares_the_next_one_and_each_gets_its_own_answer()
    {
        var opened = new TaskCompletionSource();
        _grains.DirectoryGrain.BeforeExist = () => opened.Task;
        _grains.Register("known-7");
        List<Task<bool>> first = [];
        for (int i = 0; i < RegistrationLookup.MaxCallCount; i++)
        {
            first.Add(_lookup.IsRegisteredAsync(SourceServerKey.Parse($"first-{i}")));
        }

        // Alone or together, these four are under way.
        while (_grains.DirectoryGrain.AskedCount < first.Count)
        {
            await Task.Yield();
        }

        Task<bool>[] later = [.. Enumerable.Range(0, 3 * ISourceDirectoryGrain.MaxExistCount).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"known-{i}")))];
        opened.SetResult();

        Assert.Equal(Enumerable.Range(0, later.Length).Select(i => i == 7), await Task.WhenAll(later));
        Assert.All(await Task.WhenAll(first), Assert.False);
        string[] calls = [.. _grains.DirectoryGrain.Calls];
        Assert.InRange(calls.Length, 4, first.Count + 4);
        Assert.All(calls, call => Assert.InRange(call.Split(' ').Length - 1, 1, ISourceDirectoryGrain.MaxExistCount));
    }

    [Fact]
    public async Task A_fault_is_that_of_all_who_shared_the_call_and_of_no_later_one()
    {
        _grains.DirectoryGrain.Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "away");
        Task<bool>[] asked = [.. Enumerable.Range(0, 100).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"s-{i}")))];
        foreach (Task<bool> each in asked)
        {
            Assert.Equal(BrokerErrorReason.StorageUnavailable, (await Assert.ThrowsAsync<BrokerException>(() => each)).Reason);
        }

        _grains.DirectoryGrain.Failure = null;
        Assert.False(await _lookup.IsRegisteredAsync(SourceServerKey.Parse("s-1")));
    }
}
