using System.Text.Json;
using CommandBroker.Core;

namespace CommandBroker.Storage.Memory;

/// <summary>The contract of <see cref="ISourceServerStore"/> over rows in memory.</summary>
internal sealed class MemorySourceServerStore(MemoryTables tables) : ISourceServerStore
{
    public Task<bool> RegisterAsync(SourceServer server, int maxCount)
    {
        lock (tables)
        {
            tables.Sources.TryGetValue(server.Key, out MemorySourceRow? row);
            if (row is not { IsDeleted: false } && RegisteredOf(server.Key.ProjectId).Count() >= maxCount)
            {
                return Task.FromResult(false);
            }

            if (row is null)
            {
                row = new MemorySourceRow(tables.Numbered.Count + 1, server);
                tables.Sources.Add(server.Key, row);
                tables.Numbered.Add(row);
            }
            else if (row.IsDeleted)
            {
                row.IsDeleted = false;
                row.Server = server;
            }
            else
            {
                row.Server = row.Server with { Name = server.Name, OsType = server.OsType, Details = server.Details };
            }

            return Task.FromResult(true);
        }
    }

    public Task<bool> ExistsAsync(SourceServerKey key)
    {
        lock (tables)
        {
            return Task.FromResult(tables.FindRegistered(key) is not null);
        }
    }

    public Task<SourceServer?> FindAsync(SourceServerKey key)
    {
        lock (tables)
        {
            return Task.FromResult(tables.FindRegistered(key)?.Server);
        }
    }

    public Task<SourceServerPage> ListAsync(SourceServerFilter filter)
    {
        lock (tables)
        {
            SourceServer[] matching = [.. RegisteredOf(filter.ProjectId).Select(row => row.Server).Where(server => Matches(server, filter))];
            return Task.FromResult(new SourceServerPage([.. matching.Skip((int)Math.Min(filter.Offset, int.MaxValue)).Take(filter.Limit)], matching.Length));
        }
    }

    public Task<bool> RenameAsync(SourceServerKey key, string name)
    {
        lock (tables)
        {
            MemorySourceRow? row = tables.FindRegistered(key);
            if (row is not null)
            {
                row.Server = row.Server with { Name = name };
            }

            return Task.FromResult(row is not null);
        }
    }

    public Task<bool> ReplaceAsync(SourceServer former, string name, string details)
    {
        lock (tables)
        {
            if (tables.FindRegistered(former.Key) is not { } row || (row.Server.Name, row.Server.Details) != (former.Name, former.Details))
            {
                return Task.FromResult(false);
            }

            row.Server = row.Server with { Name = name, Details = details };
            return Task.FromResult(true);
        }
    }

    public Task<bool> DeleteAsync(SourceServerKey key, DateTimeOffset now)
    {
        lock (tables)
        {
            MemorySourceRow? row = tables.FindRegistered(key);
            if (row is null || row.Commands.Values.Any(stored => stored.Command.IsOpen))
            {
                return Task.FromResult(false);
            }

            row.IsDeleted = true;
            row.HasOverrides = false;
            return Task.FromResult(true);
        }
    }

    public Task<RestoredSourceServers> RestoreAsync(DateTimeOffset deletedSince)
    {
        lock (tables)
        {
            List<MemorySourceRow> back = tables.Numbered.FindAll(row => row.IsDeleted && row.Commands.Values.Any(stored => stored.Command.IsOpen));
            back.ForEach(row => row.IsDeleted = false);
            return Task.FromResult(new RestoredSourceServers([.. back.Select(row => row.Server.Key)], IsWhole: true));
        }
    }

    public Task<bool> MarkOverridesAsync(SourceServerKey key)
    {
        lock (tables)
        {
            MemorySourceRow? row = tables.FindRegistered(key);
            if (row is not null)
            {
                row.HasOverrides = true;
            }

            return Task.FromResult(row is not null);
        }
    }

    public Task SetQuarantineAsync(SourceServerKey key, string? reason)
    {
        lock (tables)
        {
            if (tables.FindRegistered(key) is MemorySourceRow row)
            {
                row.Server = row.Server with { QuarantineReason = reason };
            }

            return Task.CompletedTask;
        }
    }

    public Task RecordVisitsAsync(IReadOnlyCollection<KeyValuePair<SourceServerKey, DateTimeOffset>> visits)
    {
        lock (tables)
        {
            foreach ((SourceServerKey key, DateTimeOffset at) in visits)
            {
                if (tables.FindRegistered(key) is MemorySourceRow row && !(row.Server.LastVisitAt >= at))
                {
                    row.Server = row.Server with { LastVisitAt = at };
                }
            }

            return Task.CompletedTask;
        }
    }

    private static bool Matches(SourceServer server, SourceServerFilter filter) =>
        (filter.Quarantined is null || filter.Quarantined == server.QuarantineReason is not null)
        && (filter.NameContains is null || NameCase.Fold(server.Name).Contains(NameCase.Fold(filter.NameContains), StringComparison.Ordinal))
        && (filter.Key is null || filter.Key == server.Key)
        && (filter.Visited is null || filter.Visited == server.LastVisitAt >= filter.VisitedSince)
        && (filter.Members is null || HasMembers(server.Details, filter.Members));

    private static bool HasMembers(string details, string members)
    {
        using JsonDocument has = JsonDocument.Parse(StorableJson.Mend(details)), wanted = JsonDocument.Parse(members);
        return wanted.RootElement.EnumerateObject().All(member =>
            has.RootElement.TryGetProperty(member.Name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String && value.ValueEquals(member.Value.GetString()));
    }

    private IEnumerable<MemorySourceRow> RegisteredOf(ProjectId project) =>
        tables.Numbered.Where(row => !row.IsDeleted && row.Server.Key.ProjectId == project);
}
