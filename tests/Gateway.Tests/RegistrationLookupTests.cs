using CommandBroker.Contracts;
using CommandBroker.Core;
using CommandBroker.Gateway.Grains;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class RegistrationLookupTests
{
    private readonly FakeGrains _grains = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly RegistrationLookup _lookup;

    public RegistrationLookupTests() => _lookup = new RegistrationLookup(_grains, _clock);

    [Fact]
    public async Task What_comes_while_calls_are_under_way_shares_the_next_one_and_each_gets_its_own_answer()
    {
        _grains.Register("known-7");
        (Task<bool>[] first, TaskCompletionSource opened) = await HoldAllCallsAsync();

        Task<bool>[] later = [.. Enumerable.Range(0, 3 * ISourceDirectoryGrain.MaxExistCount).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"known-{i}")))];
        opened.SetResult();

        Assert.Equal(Enumerable.Range(0, later.Length).Select(i => i == 7), await AdvanceUntilAsync(Task.WhenAll(later)));
        Assert.All(await Task.WhenAll(first), Assert.False);
        Assert.Equal(
            [.. first.Select(_ => 1), .. Enumerable.Repeat(ISourceDirectoryGrain.MaxExistCount, 3)],
            _grains.DirectoryGrain.Calls.Select(call => call.Split(' ').Length - 1).Order());
    }

    [Fact]
    public async Task One_after_another_is_asked_at_once()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.False(await _lookup.IsRegisteredAsync(SourceServerKey.Parse($"s-{i}")));
        }
    }

    [Fact]
    public async Task Behind_a_call_of_many_the_next_one_gathers_a_millisecond_for_each_of_them()
    {
        const int Many = 41;
        (Task<bool>[] first, TaskCompletionSource opened) = await HoldAllCallsAsync();
        Task<bool>[] many = [.. Enumerable.Range(0, Many).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"many-{i}")))];
        opened.SetResult();
        await Task.WhenAll([.. first, .. many]);
        int called = _grains.DirectoryGrain.Calls.Count();

        Task<bool>[] gathered = [.. Enumerable.Range(0, 3).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"gathered-{i}")))];
        _clock.Advance(RegistrationLookup.PaceOf(Many) - TimeSpan.FromTicks(1));
        Assert.Equal(called, _grains.DirectoryGrain.Calls.Count());
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.All(await Task.WhenAll(gathered), Assert.False);
        Assert.Equal("Exist gathered-0 gathered-1 gathered-2", _grains.DirectoryGrain.Calls.Last());
        Assert.Equal(called + 1, _grains.DirectoryGrain.Calls.Count());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(51, 50)]
    [InlineData(ISourceDirectoryGrain.MaxExistCount, 50)]
    public void Nobody_gathers_longer_than_50_ms(int questions, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RegistrationLookup.PaceOf(questions));

    [Fact]
    public async Task A_fault_is_that_of_all_who_shared_the_call_and_of_no_later_one()
    {
        _grains.DirectoryGrain.Failure = new BrokerException(BrokerErrorReason.StorageUnavailable, "away");
        Task<bool>[] asked = [.. Enumerable.Range(0, 100).Select(i => _lookup.IsRegisteredAsync(SourceServerKey.Parse($"s-{i}")))];
        foreach (Task<bool> each in asked)
        {
            Assert.Equal(BrokerErrorReason.StorageUnavailable, (await Assert.ThrowsAsync<BrokerException>(() => AdvanceUntilAsync(each))).Reason);
        }

        _grains.DirectoryGrain.Failure = null;
        Assert.False(await AdvanceUntilAsync(_lookup.IsRegisteredAsync(SourceServerKey.Parse("s-1"))));
    }

    /// <summary>As many calls as may be under way, each of one question and not answered before the source is set.</summary>
    private async Task<(Task<bool>[] Asked, TaskCompletionSource Opened)> HoldAllCallsAsync()
    {
        var opened = new TaskCompletionSource();
        _grains.DirectoryGrain.BeforeExist = () => opened.Task;
        var asked = new Task<bool>[RegistrationLookup.MaxCallCount];
        for (int i = 0; i < asked.Length; i++)
        {
            asked[i] = _lookup.IsRegisteredAsync(SourceServerKey.Parse($"first-{i}"));
            while (_grains.DirectoryGrain.AskedCount <= i)
            {
                await Task.Yield();
            }
        }

        return (asked, opened);
    }

    private async Task<T> AdvanceUntilAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        return await task;
    }
}
