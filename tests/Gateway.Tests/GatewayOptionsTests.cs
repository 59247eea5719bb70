using System.ComponentModel.DataAnnotations;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Defaults_are_within_their_own_bounds()
    {
        foreach (object defaults in (object[])[new GatewayOptions(), new AdmissionOptions()])
        {
            Assert.True(Validator.TryValidateObject(defaults, new ValidationContext(defaults), validationResults: null, validateAllProperties: true));
        }
    }

    [Theory]
    [InlineData("RefreshInterval", "00:00:00")]
    [InlineData("MaxStaleness", "02:00:00")]
    [InlineData("MaxCachedCredentials", "15")]
    [InlineData("MaxCachedUnknown", "15")]
    [InlineData("UnknownLifetime", "00:02:00")]
    [InlineData("MaxConcurrentLookups", "0")]
    [InlineData("MaxWaitingLookups", "0")]
    public async Task Identity_setting_outside_its_range_stops_the_start(string setting, string value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync(settings: new() { ["Identity:" + setting] = value }));
        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IdleCommandName", "")]
    [InlineData("MaxBodyBytes", "1023")]
    [InlineData("MaxResultDetailBytes", "1")]
    [InlineData("MaxCachedSourceServers", "15")]
    [InlineData("RetryAfter", "00:00:00")]
    [InlineData("ReadyTimeout", "00:02:00")]
    [InlineData("MaxHeaderBytes", "100")]
    [InlineData("MaxHeaderCount", "1")]
    [InlineData("MaxConnections", "0")]
    [InlineData("HeadersTimeout", "00:00:00")]
    [InlineData("BodyGracePeriod", "00:00:01")]
    [InlineData("BatchWindowLines", "0")]
    [InlineData("BatchConcurrency", "1001")]
    public async Task Value_outside_its_range_stops_the_start(string setting, string value)
    {
        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync(settings: new() { ["Gateway:" + setting] = value }));
        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
    }
}
