using CommandBroker.Client.Grains;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

public sealed class AgentKeysTests
{
    private static readonly AdminCaller Caller = new() { Actor = new AuditActor { DomainId = "d", Name = "ada" } };
    private readonly FakeIdentityAdmin _admin = new();

    [Fact]
    public async Task Two_keys_of_one_source_server_belong_to_one_agent_that_sees_it_alone()
    {
        NewAccessKey first = await CreateAsync("p", "web-1");
        await CreateAsync("p", "web-1");

        PrincipalView agent = Assert.Single(_admin.Principals);
        Assert.Equal(
            ("agent-web-1", "p", "web-1", Roles.Agent, false), (agent.Name, agent.ProjectId, agent.ServerId, agent.Roles, agent.IsDomainWide));
        Assert.Equal(agent, first.Key.Principal);
    }

    [Fact]
    public async Task The_same_id_in_another_project_or_another_case_is_another_agent()
    {
        await CreateAsync("p", "web-1");
        await CreateAsync("q", "web-1");
        await CreateAsync("p", "WEB-1");
        await CreateAsync("q", "web-1");

        Assert.Equal([("p", "web-1"), ("q", "web-1"), ("p", "WEB-1")], _admin.Principals.Select(agent => (agent.ProjectId, agent.ServerId!)));
        Assert.Equal(3, _admin.Principals.Select(agent => agent.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public async Task An_id_that_is_too_long_for_a_name_is_told_apart_by_a_hash()
    {
        string common = new('s', 254);
        await CreateAsync("p", common + "1");
        await CreateAsync("p", common + "2");

        Assert.Equal(2, _admin.Principals.Select(agent => agent.Name).Distinct().Count());
        Assert.All(_admin.Principals, agent => Assert.InRange(agent.Name.Length, 1, 64));
    }

    [Fact]
    public async Task A_user_who_happens_to_have_the_name_gets_no_agents_key()
    {
        await _admin.CreatePrincipalAsync(Caller, new NewPrincipal { Name = "agent-web-1", DomainId = "d", ProjectId = "p", ServerId = "web-1", Roles = Roles.Admin });

        NewAccessKey made = await CreateAsync("p", "web-1");

        Assert.Equal(Roles.Agent, made.Key.Principal.Roles);
        Assert.NotEqual("agent-web-1", made.Key.Principal.Name);
    }

    [Fact]
    public async Task A_disabled_agent_gets_none()
    {
        await CreateAsync("p", "web-1");
        _admin.Principals[0] = _admin.Principals[0] with { IsEnabled = false };

        BrokerException fault = await Assert.ThrowsAsync<BrokerException>(() => CreateAsync("p", "web-1"));

        Assert.Equal(BrokerErrorReason.WrongState, fault.Reason);
    }

    private Task<NewAccessKey> CreateAsync(string projectId, string serverId) =>
        AgentKeys.CreateAsync(_admin, Caller, projectId, serverId, new NewAccessKeyCall { PrincipalId = "" });
}
