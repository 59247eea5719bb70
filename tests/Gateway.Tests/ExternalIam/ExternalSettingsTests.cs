using System.ComponentModel.DataAnnotations;
using CommandBroker.Gateway.ExternalIam;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Gateway.Tests.ExternalIam;

/// <summary>Settings that cannot be stop the start, and the message names them.</summary>
public sealed class ExternalSettingsTests
{
    private static readonly Dictionary<string, string?> Keystone = new()
    {
        ["Identity:Mode"] = "keystone",
        ["Identity:Keystone:Url"] = "https://keystone.example:5000",
        ["Identity:Keystone:User"] = "broker",
        ["Identity:Keystone:Password"] = "pw-5a1f",
    };

    private static readonly Dictionary<string, string?> Oidc = new()
    {
        ["Identity:Mode"] = "oidc",
        ["Identity:Oidc:Issuer"] = "https://login.example",
        ["Identity:Oidc:Audience"] = "broker",
    };

    [Fact]
    public void Defaults_are_within_their_own_bounds()
    {
        foreach (object defaults in (object[])[new ExternalIamOptions(), new KeystoneOptions(), new OidcOptions()])
        {
            Assert.True(Validator.TryValidateObject(defaults, new ValidationContext(defaults), validationResults: null, validateAllProperties: true));
        }
    }

    [Fact]
    public async Task Good_settings_and_those_at_their_limits_start()
    {
        foreach (Dictionary<string, string?> good in (Dictionary<string, string?>[])
            [
                Keystone, Oidc,
                new(Keystone) { ["Identity:External:CacheLifetime"] = "00:05:00", ["Identity:External:MaxStale"] = "00:00:00" },
                new(Keystone) { ["Identity:Keystone:Url"] = "http://localhost:5000/v3/" },
                new(Keystone) { ["Identity:Keystone:Url"] = "http://keystone:5000", ["Identity:External:RequireHttps"] = "false" },
                new(Oidc) { ["Identity:Oidc:Issuer"] = "issuer-of-no-address", ["Identity:Oidc:MetadataAddress"] = "https://login.example/meta" },
            ])
        {
            await using GatewayHost host = await GatewayHost.StartAsync(settings: new(good));
        }
    }

    [Theory]
    [InlineData("Identity:Mode", "ldap")]
    [InlineData("Identity:Keystone:Url", null)]
    [InlineData("Identity:Keystone:Url", "keystone")]
    [InlineData("Identity:Keystone:Url", "ftp://keystone")]
    [InlineData("Identity:Keystone:Url", "https://user:pw@keystone")]
    [InlineData("Identity:Keystone:Url", "http://keystone.example:5000", "Identity:External:RequireHttps")]
    [InlineData("Identity:Keystone:User", null)]
    [InlineData("Identity:Keystone:ApplicationCredentialId", "a9c1")]
    [InlineData("Identity:Keystone:Password", null)]
    [InlineData("Identity:Keystone:PasswordFile", "/some/file")]
    [InlineData("Identity:Keystone:RoleMap", "member")]
    [InlineData("Identity:Keystone:RoleMap", "member=root")]
    [InlineData("Identity:Keystone:RoleMap", "a=agent;A=operator")]
    [InlineData("Identity:External:Projects", "kp")]
    [InlineData("Identity:External:Projects", "kp=no/project")]
    [InlineData("Identity:External:Domains", "=x")]
    [InlineData("Identity:External:CacheLifetime", "00:05:00.001", "CacheLifetime")]
    [InlineData("Identity:External:CacheLifetime", "00:00:00", "CacheLifetime")]
    [InlineData("Identity:External:MaxStale", "1.00:00:01", "MaxStale")]
    [InlineData("Identity:External:RetryCount", "11", "RetryCount")]
    [InlineData("Identity:MaxTokenFailuresPerMinute", "0", "MaxTokenFailuresPerMinute")]
    public Task Keystones_setting_that_cannot_be_stops_the_start(string knob, string? value, string? named = null) => IsRefusedAsync(Keystone, knob, value, named);

    [Theory]
    [InlineData("Identity:Oidc:Issuer", null)]
    [InlineData("Identity:Oidc:Issuer", "http://login.example", "Identity:External:RequireHttps")]
    [InlineData("Identity:Oidc:Audience", null)]
    [InlineData("Identity:Oidc:Audience", " , ")]
    [InlineData("Identity:Oidc:MetadataAddress", "nowhere")]
    [InlineData("Identity:Oidc:RoleMap", "agent=everything")]
    [InlineData("Identity:Oidc:KeyRefreshInterval", "00:00:00", "KeyRefreshInterval")]
    [InlineData("Identity:Oidc:MetadataRefreshInterval", "00:04:59", "MetadataRefreshInterval")]
    public Task Providers_setting_that_cannot_be_stops_the_start(string knob, string? value, string? named = null) => IsRefusedAsync(Oidc, knob, value, named);

    [Fact]
    public async Task Password_file_that_is_not_there_or_empty_stops_the_start()
    {
        await IsRefusedAsync(new(Keystone) { ["Identity:Keystone:Password"] = null }, "Identity:Keystone:PasswordFile", "/nowhere/password", "/nowhere/password");
        await IsRefusedAsync(new(Keystone) { ["Identity:Keystone:Password"] = null }, "Identity:Keystone:PasswordFile", "/dev/null", null);
    }

    [Fact]
    public async Task Settings_of_an_iam_that_is_not_asked_are_not_looked_at()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(settings: new()
        {
            ["Identity:Keystone:Url"] = "nonsense", ["Identity:Oidc:RoleMap"] = "nonsense", ["Identity:External:Projects"] = "nonsense",
        });
    }

    private static async Task IsRefusedAsync(Dictionary<string, string?> good, string knob, string? value, string? named)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(settings: new(good) { [knob] = value }));
        Assert.Contains(named ?? knob, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pw-5a1f", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("user:pw", refused.Message, StringComparison.Ordinal);
    }
}
