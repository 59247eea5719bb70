using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests;

public sealed class SignatureOptionsTests
{
    [Fact]
    public void The_clock_may_be_fifteen_minutes_off_and_a_body_has_to_be_signed()
    {
        var options = new SignatureOptions();

        Assert.Equal(TimeSpan.FromMinutes(15), options.MaxClockSkew);
        Assert.False(options.AllowUnsignedPayload);
    }
}
