using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What no store can carry is the caller's fault, told as such, and not a failure of the store.</summary>
public sealed class TextTests(BrokerCluster cluster) : IClassFixture<BrokerCluster>
{
    // Half a surrogate pair comes here only from within the process: between processes Orleans writes UTF-8 and replaces it.
    [Fact]
    public async Task A_text_with_U_0000_is_an_invalid_argument()
    {
        const string Text = "a\0b";
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        string id = queue.GetPrimaryKeyString();
        long seq = await BrokerCluster.EnqueueAsync(queue, "START");

        await RefusedAsync(() => cluster.Directory.RegisterAsync(new RegisterCall { Name = Text, OsType = "LINUX" }).AsTask());
        await RefusedAsync(() => cluster.Directory.RegisterAsync(new RegisterCall { Name = "n", OsType = "LINUX", Details = $$"""{"a":"{{Text}}"}""" }).AsTask());
        await RefusedAsync(() => cluster.Directory.RenameAsync(id, Text).AsTask());
        await RefusedAsync(() => cluster.Directory.ListAsync(new SourceServerQuery { NameContains = Text }).AsTask());
        await RefusedAsync(() => queue.CancelAsync(seq, "operator", Text).AsTask());
        Assert.Equal(BrokerErrorReason.InvalidArgument, (await queue.EnqueueAsync([BrokerCluster.Call(Text)], "operator"))[0].Error);
    }

    [Theory]
    [InlineData("""{"task_id":"a\u0000b"}""")]
    [InlineData("""{"note":"a\u0000b"}""")]
    [InlineData("""{"note":"\ud800"}""")]
    public async Task A_text_in_parameters_that_cannot_be_stored_is_an_invalid_argument_also_when_it_is_escaped(string param)
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();

        EnqueueReply reply = (await queue.EnqueueAsync([BrokerCluster.Call("START") with { Param = param }], "operator"))[0];

        Assert.Equal(BrokerErrorReason.InvalidArgument, reply.Error);
    }

    [Theory]
    [InlineData("""{"ip":"\u0000"}""")]
    [InlineData("""{"disks":[{"n\u0000":1}]}""")]
    [InlineData("""{"ip":"\ud800"}""")]
    [InlineData("""{"\udc00\ud83d":1}""")]
    public async Task A_text_of_a_source_server_that_cannot_be_stored_is_an_invalid_argument_also_when_it_is_escaped(string members)
    {
        string id = await cluster.Directory.RegisterAsync(new RegisterCall { Name = "n", OsType = "LINUX" });

        await RefusedAsync(() => cluster.Directory.RegisterAsync(new RegisterCall { Name = "n", OsType = "LINUX", Details = members }).AsTask());
        await RefusedAsync(() => cluster.Directory.ChangeAsync(id, new SourceServerChange { Members = members }, "operator").AsTask());
        await RefusedAsync(() => cluster.Directory.ListAsync(new SourceServerQuery { Members = members }).AsTask());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("none")]
    [InlineData("""{"ip":""")]
    public async Task Details_that_are_no_JSON_object_are_an_invalid_argument(string details)
    {
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(
            () => cluster.Directory.RegisterAsync(new RegisterCall { Name = "n", OsType = "LINUX", Details = details }).AsTask());

        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
    }

    private static async Task RefusedAsync(Func<Task> call)
    {
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(call);
        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
        Assert.Contains("U+0000 or half a surrogate pair", refused.Message, StringComparison.Ordinal);
    }
}
