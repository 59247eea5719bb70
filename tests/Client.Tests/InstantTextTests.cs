using CommandBroker.Client.Wire;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class InstantTextTests
{
    [Theory]
    [InlineData("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z")]
    [InlineData("2026-03-01t12:00:00.123456789z", "2026-03-01T12:00:00.1234567Z")]
    [InlineData("2026-03-01T12:00:00.5+02:00", "2026-03-01T10:00:00.5Z")]
    [InlineData("2026-03-01T12:00:00+23:59", "2026-02-28T12:01:00Z")]
    [InlineData("2026-03-01T12:00:00-18:30", "2026-03-02T06:30:00Z")]
    [InlineData("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z")]
    public void Every_instant_of_rfc_3339_is_read(string text, string expected)
    {
        Assert.True(InstantText.TryParse(text, out DateTimeOffset instant));
        Assert.Equal(expected, InstantText.Format(instant));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-03-01")]
    [InlineData("2026-03-01T12:00:00")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2026-03-01T24:00:00Z")]
    [InlineData("2026-03-01T12:60:00Z")]
    [InlineData("2026-03-01T12:00:61Z")]
    [InlineData("2026-03-01T12:00:00+24:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:60Z")]
    [InlineData("2026-03-01T12:00:00Z\n")]
    [InlineData("２026-03-01T12:00:00Z")]
    public void What_is_no_instant_is_refused(string? text) => Assert.False(InstantText.TryParse(text, out _));
}
