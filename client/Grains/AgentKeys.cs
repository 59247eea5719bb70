using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Grains;

/// <summary>Makes keys for agents, inside the cluster. What a gateway does for <c>POST /api/v1/sources/{server_id}/agent-key</c>.</summary>
public static class AgentKeys
{
    private const string Prefix = "agent-";
    private const int MaxNameLength = 64;
    private const int HashLength = 8;

    /// <summary>
    /// Makes a key for the agent of one source server. Its principal is made when there is none; calling it twice makes two keys of one principal.
    /// </summary>
    /// <param name="grain">The administration.</param>
    /// <param name="caller">Who asks; the principal is made in its domain.</param>
    /// <param name="projectId">The project of the source server.</param>
    /// <param name="serverId">The source server; it need not be registered.</param>
    /// <param name="call">What the key is to be; whose is not looked at.</param>
    /// <exception cref="BrokerException">As <see cref="IIdentityAdminGrain"/>, and WrongState when the principal is disabled or was made for something else.</exception>
    public static async Task<NewAccessKey> CreateAsync(
        IIdentityAdminGrain grain, AdminCaller caller, string projectId, string serverId, NewAccessKeyCall call)
    {
        PrincipalView agent = await FindAsync(grain, caller, projectId, serverId);
        return agent.IsEnabled
            ? await grain.CreateKeyAsync(caller, call with { PrincipalId = agent.PrincipalId })
            : throw new BrokerException(BrokerErrorReason.WrongState, $"The principal {agent.Name} is disabled; enable it first.");
    }

    /// <summary>The name of an agent's principal: the source server's id, or as much of it as fits and a hash of the whole.</summary>
    internal static string NameOf(string serverId) =>
        serverId.Length <= MaxNameLength - Prefix.Length ? Prefix + serverId : LongNameOf("", serverId);

    // Names are unique in a domain whatever their case; source servers are told apart by case, and each project may have one of the same id.
    internal static string LongNameOf(string projectId, string serverId)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{projectId}/{serverId}")))[..HashLength];
        int room = MaxNameLength - Prefix.Length - HashLength - 1;
        return $"{Prefix}{(serverId.Length <= room ? serverId : serverId[..room])}-{hash}";
    }

    private static async Task<PrincipalView> FindAsync(IIdentityAdminGrain grain, AdminCaller caller, string projectId, string serverId)
    {
        foreach (string name in (string[])[NameOf(serverId), LongNameOf(projectId, serverId)])
        {
            PrincipalView found = await grain.FindPrincipalAsync(caller, caller.Actor.DomainId, name)
                ?? await MakeAsync(grain, caller, projectId, serverId, name);
            if (found.ServerId == serverId && found.ProjectId == projectId && found is { Roles: Roles.Agent, IsDomainWide: false })
            {
                return found;
            }
        }

        throw new BrokerException(
            BrokerErrorReason.WrongState,
            $"The names {NameOf(serverId)} and {LongNameOf(projectId, serverId)} belong to principals that are no agents of this source server.");
    }

    private static async Task<PrincipalView> MakeAsync(
        IIdentityAdminGrain grain, AdminCaller caller, string projectId, string serverId, string name)
    {
        var agent = new NewPrincipal
        {
            Name = name,
            DomainId = caller.Actor.DomainId,
            ProjectId = projectId,
            ServerId = serverId,
            Roles = Roles.Agent,
        };
        try
        {
            return await grain.CreatePrincipalAsync(caller, agent);
        }
        catch (BrokerException race) when (race.Reason == BrokerErrorReason.IdentityExists)
        {
            // Somebody else made it in between, or it exists where this caller must not look.
            if (await grain.FindPrincipalAsync(caller, caller.Actor.DomainId, name) is { } other)
            {
                return other;
            }

            throw;
        }
    }
}
