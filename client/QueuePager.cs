using CommandBroker.Contracts;

namespace CommandBroker.Client;

/// <summary>Reads all pages of a queue; works over every transport. A broker that knows no pages answers with one that holds all.</summary>
internal static class QueuePager
{
    public static async Task<QueueView> ListAllAsync(ICommandBrokerClient client, string serverId, CancellationToken cancellationToken)
    {
        QueueView page = await client.ListPageAsync(serverId, after: null, QueueView.MaxLimit, cancellationToken);
        if (page.NextAfter is null)
        {
            return page;
        }

        List<CommandView> commands = [.. page.Commands];
        while (page.NextAfter is { } after)
        {
            page = await client.ListPageAsync(serverId, after, QueueView.MaxLimit, cancellationToken);
            commands.AddRange(page.Commands);
        }

        return page with { Commands = [.. commands] };
    }
}
