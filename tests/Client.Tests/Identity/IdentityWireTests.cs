using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Client.Tests.Identity;

public sealed class IdentityWireTests
{
    private static readonly PrincipalView Principal = new()
    {
        PrincipalId = "u1",
        Name = "ada",
        DomainId = "d1",
        DomainName = "north",
        ProjectId = "p1",
        ProjectName = "team",
        IsDomainWide = true,
        ServerId = "web-1",
        Roles = Roles.Agent | Roles.Auditor,
        IsEnabled = true,
        CreatedAt = Samples.Noon,
    };

    [Fact]
    public void Every_member_passes_both_ways()
    {
        var tenant = new TenantView
        {
            TenantId = "p1", Name = "team", DomainId = "d1", IsEnabled = true, MaxSourceServers = 1, MaxPendingCommands = 2, MaxRequestsPerSecond = 3,
        };
        var key = new AccessKeyView
        {
            AccessKey = "AK", Principal = Principal, Description = "for", IsEnabled = true, CreatedAt = Samples.Noon, ExpiresAt = Samples.Noon, IsTemporary = true,
        };
        var made = new NewAccessKey { Key = key, SecretKey = "SK", SecurityToken = "ST" };
        var audit = new AuditEvent
        {
            At = Samples.Noon,
            Actor = new AuditActor { DomainId = "d1", Name = "ada", PrincipalId = "u1", RemoteAddress = "10.0.0.1" },
            Action = "key.created",
            ProjectId = "p1",
            Subject = "AK",
            RequestId = "r1",
            Detail = "d",
            AuditNo = 9_007_199_254_740_993,
        };

        Assert.Equal(tenant, Round(tenant.ToWire(), WireJson.Default.TenantRecord).ToView());
        Assert.Equal(Principal, Round(Principal.ToWire(), WireJson.Default.UserRecord).ToView());
        Assert.Equal(key, Round(key.ToWire(), WireJson.Default.AccessKeyRecord).ToView());
        Assert.Equal(made, Round(made.ToWire(), WireJson.Default.NewAccessKeyRecord).ToNewKey());
        Assert.Equal(audit, Round(audit.ToWire(), WireJson.Default.AuditEventRecord).ToEvent());
    }

    [Fact]
    public void Calls_pass_both_ways()
    {
        var principal = new NewPrincipal { Name = "ada", DomainId = "d", ProjectId = "p", IsDomainWide = true, ServerId = "s", Roles = Roles.Admin, Password = "x" };
        var change = new PrincipalChange { Roles = Roles.None, IsEnabled = false, Password = "y" };
        var tenant = new TenantChange { IsEnabled = true, MaxSourceServers = 0, MaxPendingCommands = 5, MaxRequestsPerSecond = 6 };
        var key = new NewAccessKeyCall { PrincipalId = "u", Description = "d", Lifetime = TimeSpan.FromHours(2), IsTemporary = true };

        Assert.Equal(principal, Round(principal.ToWire(), WireJson.Default.NewUserBody).ToPrincipal("other"));
        Assert.Equal(change, Round(change.ToWire(), WireJson.Default.UserChangeBody).ToChange());
        Assert.Equal(tenant, Round(tenant.ToWire(), WireJson.Default.TenantChangeBody).ToChange());
        Assert.Equal(key, Round(key.ToWire(), WireJson.Default.NewAccessKeyBody).ToCall());
        Assert.Equal(TimeSpan.Zero, Round(AccessKeyMap.ToRotation(TimeSpan.Zero), WireJson.Default.RotateKeyBody).ToOverlap());
    }

    [Fact]
    public void What_is_missing_or_cannot_be_read_is_named_with_what_is_needed()
    {
        Refused("name is missing", () => new NewUserBody { Roles = [] }.ToPrincipal("d"));
        Refused("agent, operator, auditor, admin", () => new NewUserBody { Name = "ada" }.ToPrincipal("d"));
        Refused("agent, operator, auditor, admin", () => new NewUserBody { Name = "ada", Roles = ["root"] }.ToPrincipal("d"));
        Refused("agent, operator, auditor, admin", () => new NewUserBody { Name = "ada", Roles = ["none"] }.ToPrincipal("d"));
        Refused("user_id is missing", () => new NewAccessKeyBody().ToCall());
        Refused("lifetime cannot be read", () => new NewAccessKeyBody { Lifetime = "soon" }.ToCall("u"));
        Refused("overlap cannot be read", () => (object)new RotateKeyBody { Overlap = "-1d" }.ToOverlap());
        Refused("max_pending_commands is -1", () => new TenantChangeBody { MaxPendingCommands = -1 }.ToChange());
    }

    private static void Refused(string part, Func<object?> read)
    {
        BrokerException fault = Assert.Throws<BrokerException>(() => { read(); });
        Assert.Equal(BrokerErrorReason.InvalidArgument, fault.Reason);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    private static T Round<T>(T record, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(record, type), type)!;
}
