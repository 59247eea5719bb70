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

    [Fact]
    public async Task An_escaped_U_0000_in_a_task_id_is_an_invalid_argument_and_elsewhere_it_is_handed_out_as_it_came()
    {
        ISourceServerGrain queue = await cluster.NewQueueAsync();
        const string Escaped = """{"note":"a\u0000b \ud800"}""";

        EnqueueReply task = (await queue.EnqueueAsync([BrokerCluster.Call("START", "a\\u0000b")], "operator"))[0];
        EnqueueReply note = (await queue.EnqueueAsync([BrokerCluster.Call("START") with { Param = Escaped }], "operator"))[0];

        Assert.Equal(BrokerErrorReason.InvalidArgument, task.Error);
        Assert.Null(note.Error);
        Assert.Equal(Escaped, (await queue.PollAsync()).Param);
    }

    private static async Task RefusedAsync(Func<Task> call)
    {
        BrokerException refused = await Assert.ThrowsAsync<BrokerException>(call);
        Assert.Equal(BrokerErrorReason.InvalidArgument, refused.Reason);
        Assert.Contains("U+0000 or half a surrogate pair", refused.Message, StringComparison.Ordinal);
    }
}
