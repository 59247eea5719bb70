using CommandBroker.Silo.Starting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace CommandBroker.Silo.Tests.Starting;

/// <summary>Values of settings that cannot be read, or are out of range.</summary>
public sealed class SettingValuesTests
{
    [Theory]
    [InlineData("Queue:MaxPendingCount", "many", "a whole number is needed.")]
    [InlineData("Queue:VisibilityTimeout", "5m", "a duration as 00:00:30, or with days as 1.00:00:00, is needed.")]
    [InlineData("Queue:DefaultTimeToLive", "soon", "a duration as 00:00:30, or with days as 1.00:00:00, is needed.")]
    [InlineData("Queue:DeliveryMode", "twice", "one of Queue, Sequential, AtMostOnce is needed.")]
    [InlineData("Cluster:Enabled", "yes", "true or false is needed.")]
    [InlineData("Identity:MaxConcurrentLookups", "99999999999", "a whole number is needed.")]
    [InlineData("Queue:MaxDeliveries", "0", "1 to 1000 is allowed.")]
    [InlineData("Queue:VisibilityTimeout", "30.00:00:00", "00:00:01 to 7.00:00:00 is allowed.")]
    public void A_value_that_cannot_be_used_is_told_with_what_is_allowed_and_without_a_type_of_the_program(string name, string value, string allowed)
    {
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => SettingNames.Check(Given(name, value)));

        Assert.Equal($"{name} is {value}; {allowed}", refused.Message);
    }

    [Theory]
    [InlineData("Queue:MaxPendingCount", "10")]
    [InlineData("Queue:VisibilityTimeout", "00:05:00")]
    [InlineData("Queue:DefaultTimeToLive", "")]
    [InlineData("Queue:DeliveryMode", "sequential")]
    [InlineData("Storage:Provider", "postgres")]
    [InlineData("Silo:Role", "all-in-one")]
    public void A_value_that_can_be_read_passes(string name, string value) => SettingNames.Check(Given(name, value));

    private static IConfiguration Given(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build();
}
