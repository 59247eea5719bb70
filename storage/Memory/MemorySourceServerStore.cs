using CommandBroker.Core;

namespace CommandBroker.Storage.Memory;

/// <summary>The contract of <see cref="ISourceServerStore"/> over rows in memory.</summary>
internal sealed class MemorySourceServerStore(MemoryTables tables) : ISourceServerStore
{
    public Task<bool> RegisterAsync(SourceServer server, int maxCount)
    {
        lock (tables)
        {
            tables.Sources.TryGetValue(server.ServerId, out MemorySourceRow? row);
            if (row is not { IsDeleted: false } && tables.Numbered.Count(known => !known.IsDeleted) >= maxCount)
            {
                return Task.FromResult(false);
            }

            if (row is null)
            {
                row = new MemorySourceRow(tables.Numbered.Count + 1, server);
                tables.Sources.Add(server.ServerId, row);
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

    public Task<bool> ExistsAsync(ServerId serverId)
    {
        lock (tables)
        {
            return Task.FromResult(tables.FindRegistered(serverId) is not null);
        }
    }

    public Task<SourceServer?> FindAsync(ServerId serverId)
    {
        lock (tables)
        {
            return Task.FromResult(tables.FindRegistered(serverId)?.Server);
        }
    }

    public Task<SourceServerPage> ListAsync(SourceServerFilter filter)
    {
        lock (tables)
        {
            SourceServer[] matching = [.. tables.Numbered
                .Where(row => !row.IsDeleted)
                .Select(row => row.Server)
                .Where(server => filter.Quarantined is null || filter.Quarantined == server.QuarantineReason is not null)
                .Where(server => filter.NameContains is null || server.Name.Contains(filter.NameContains, StringComparison.OrdinalIgnoreCase))];
            return Task.FromResult(new SourceServerPage([.. matching.Skip((int)filter.Offset).Take(filter.Limit)], matching.Length));
        }
    }

    public Task<bool> RenameAsync(ServerId serverId, string name)
    {
        lock (tables)
        {
            MemorySourceRow? row = tables.FindRegistered(serverId);
            if (row is not null)
            {
                row.Server = row.Server with { Name = name };
            }

            return Task.FromResult(row is not null);
        }
    }

    public Task<bool> DeleteAsync(ServerId serverId, DateTimeOffset now)
    {
        lock (tables)
        {
            MemorySourceRow? row = tables.FindRegistered(serverId);
            if (row is null || row.Commands.Values.Any(stored => stored.Command.IsOpen))
            {
                return Task.FromResult(false);
            }

            row.IsDeleted = true;
            row.HasOverrides = false;
            return Task.FromResult(true);
        }
    }

    public Task SetHasOverridesAsync(ServerId serverId, bool hasOverrides)
    {
        lock (tables)
        {
            if (tables.FindRegistered(serverId) is MemorySourceRow row)
            {
                row.HasOverrides = hasOverrides;
            }

            return Task.CompletedTask;
        }
    }

    public Task RecordVisitsAsync(IReadOnlyCollection<KeyValuePair<ServerId, DateTimeOffset>> visits)
    {
        lock (tables)
        {
            foreach ((ServerId serverId, DateTimeOffset at) in visits)
            {
                if (tables.FindRegistered(serverId) is MemorySourceRow row && !(row.Server.LastVisitAt >= at))
                {
                    row.Server = row.Server with { LastVisitAt = at };
                }
            }

            return Task.CompletedTask;
        }
    }
}
