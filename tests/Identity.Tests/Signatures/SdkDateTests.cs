using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class SdkDateTests
{
    [Theory]
    [InlineData("20191115T033655Z", 2019, 11, 15, 3, 36, 55)]
    [InlineData("20240229T235959Z", 2024, 2, 29, 23, 59, 59)]
    [InlineData("00010101T000000Z", 1, 1, 1, 0, 0, 0)]
    [InlineData("99991231T235959Z", 9999, 12, 31, 23, 59, 59)]
    public void A_date_is_read_as_UTC_and_written_back(string text, int year, int month, int day, int hour, int minute, int second)
    {
        Assert.True(SdkDate.TryParse(text, out DateTimeOffset instant));
        Assert.Equal(new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero), instant);
        Assert.Equal(text, SdkDate.Write(instant));
    }

    [Fact]
    public void An_instant_of_another_zone_is_written_as_UTC_without_its_fraction() =>
        Assert.Equal("20260102T010304Z", SdkDate.Write(new DateTimeOffset(2026, 1, 2, 3, 3, 4, 999, TimeSpan.FromHours(2))));
}
