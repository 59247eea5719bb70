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

        Assert.Equal(tenant, Round(tenant, WireJson.Default.TenantView));
        Assert.Equal(Principal, Round(Principal, WireJson.Default.PrincipalView));
        Assert.Equal(key, Round(key, WireJson.Default.AccessKeyView));
        Assert.Equal(made, Round(made, WireJson.Default.NewAccessKey));
        Assert.Equal(audit, Round(audit.ToWire(), WireJson.Default.AuditEventRecord).ToEvent());
    }

    [Fact]
    public void Calls_pass_both_ways()
    {
        var principal = new NewPrincipal { Name = "ada", DomainId = "d", ProjectId = "p", IsDomainWide = true, ServerId = "s", Roles = Roles.Admin, Password = "x" };
        var change = new PrincipalChange { Roles = Roles.None, IsEnabled = false, Password = "y" };
        var tenant = new TenantChange { IsEnabled = true, MaxSourceServers = 0, MaxPendingCommands = 5, MaxRequestsPerSecond = 6 };
        var key = new NewAccessKeyCall { PrincipalId = "u", Description = "d", Lifetime = TimeSpan.FromHours(2), IsTemporary = true };

        Assert.Equal(principal, Round(principal, WireJson.Strict.NewPrincipal));
        Assert.Equal(change, Round(change, WireJson.Strict.PrincipalChange));
        Assert.Equal(tenant, Round(tenant, WireJson.Strict.TenantChange));
        Assert.Equal(key, Round(key, WireJson.Strict.NewAccessKeyCall));
        Assert.Equal(TimeSpan.Zero, Round(new RotateKeyBody { Overlap = TimeSpan.Zero }, WireJson.Strict.RotateKeyBody).Overlap);
    }

    /// <summary>What a gateway knows of a caller beside that is nobody's business.</summary>
    [Fact]
    public void A_user_shows_no_more_than_its_documented_members()
    {
        PrincipalView principal = Principal with { MaxRequestsPerSecond = 7, TokensValidFrom = Samples.Noon, IsProjectEnabled = false };

        Assert.Equal(
            """{"id":"u1","name":"ada","domain_id":"d1","domain_name":"north","project_id":"p1","project_name":"team","domain_wide":true,"server_id":"web-1","roles":["agent","auditor"],"enabled":true,"created_at":"2026-03-01T12:00:00Z"}""",
            JsonSerializer.Serialize(principal, WireJson.Default.PrincipalView));
    }

    [Fact]
    public void What_is_missing_or_cannot_be_read_is_named_with_what_is_needed()
    {
        Refused("name is missing", """{"roles":[]}""", WireJson.Strict.NewPrincipal);
        Refused("roles is missing", """{"name":"ada"}""", WireJson.Strict.NewPrincipal);
        Refused("agent, operator, auditor, admin", """{"name":"ada","roles":["root"]}""", WireJson.Strict.NewPrincipal);
        Refused("agent, operator, auditor, admin", """{"name":"ada","roles":["none"]}""", WireJson.Strict.NewPrincipal);
        Refused("lifetime is \"soon\"; a whole number and s, m, h or d", """{"lifetime":"soon"}""", WireJson.Strict.NewAccessKeyCall);
        Refused("overlap is \"-1d\"; a whole number and s, m, h or d", """{"overlap":"-1d"}""", WireJson.Strict.RotateKeyBody);
    }

    private static void Refused<T>(string part, string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        BrokerException fault = Assert.Throws<BrokerException>(() => WireReader.Read(System.Text.Encoding.UTF8.GetBytes(json), type));
        Assert.Equal(BrokerErrorReason.InvalidArgument, fault.Reason);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    private static T Round<T>(T record, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(record, type), type)!;
}
