using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Xunit;

namespace CommandBroker.Silo.Tests;

/// <summary>What a host is before anybody sets anything. None is started: the usual port may be somebody's broker's.</summary>
public sealed class SiloHostTests
{
    // As README.md prints it.
    private const string DocumentedAddress = "http://127.0.0.1:8080";

    [Theory]
    [InlineData("", DocumentedAddress)]
    [InlineData("http://127.0.0.1:9090", "http://127.0.0.1:9090")]
    public void A_broker_that_is_given_no_address_listens_on_the_one_of_the_README(string given, string expected)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder([$"--urls={given}"]);

        builder.UseBrokerDefaults([]);

        Assert.Equal(expected, builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));
    }
}
