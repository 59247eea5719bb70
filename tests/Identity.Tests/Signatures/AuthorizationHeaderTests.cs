using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class AuthorizationHeaderTests
{
    private const string Hex = "a8da98348818a653309b520be07cc1ed95acf27d387fa5728d92118d5b5440e4";

    [Theory]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=host;x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1,SignedHeaders=host;x-sdk-date,Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256  Access=AK1 ,\t SignedHeaders=host;x-sdk-date , Signature={Hex} ")]
    [InlineData($"SDK-HMAC-SHA256\tSignature={Hex}, Access=AK1, SignedHeaders=host;x-sdk-date")]
    public void Blanks_and_the_order_of_the_three_parts_do_not_matter(string text)
    {
        Assert.True(AuthorizationHeader.TryParse(text, out AuthorizationHeader header, out SignatureStatus fault));

        Assert.Equal(SignatureStatus.Valid, fault);
        Assert.Equal("AK1", header.AccessKey.ToString());
        Assert.Equal("host;x-sdk-date", header.SignedHeaders.ToString());
        Assert.Equal(Hex, header.Signature.ToString());
        Assert.True(header.Signs("host"));
        Assert.False(header.Signs("hos"));
        byte[] bytes = new byte[32];
        header.CopySignatureTo(bytes);
        Assert.Equal(Hex, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer abc")]
    [InlineData("sdk-hmac-sha256 Access=AK1")]
    [InlineData("SDK-HMAC-SHA2567 Access=AK1")]
    [InlineData("V11-HMAC-SHA256 Access=AK1")]
    [InlineData(" SDK-HMAC-SHA256 Access=AK1")]
    public void Another_scheme_is_told_apart(string text) => Refused(SignatureStatus.OtherScheme, text);

    [Theory]
    [InlineData("SDK-HMAC-SHA256")]
    [InlineData("SDK-HMAC-SHA256 ")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, Access=AK2, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature={Hex}, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature={Hex}, More=1")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature={Hex},")]
    [InlineData($"SDK-HMAC-SHA256 Access=, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=A K, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=Ä, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 access=AK1, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access =AK1, SignedHeaders=x-sdk-date, Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1; SignedHeaders=x-sdk-date; Signature={Hex}")]
    [InlineData($"SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature={Hex}0")]
    [InlineData("SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=A8DA98348818A653309B520BE07CC1ED95ACF27D387FA5728D92118D5B5440E4")]
    [InlineData("SDK-HMAC-SHA256 Access=AK1, SignedHeaders=x-sdk-date, Signature=g8da98348818a653309b520be07cc1ed95acf27d387fa5728d92118d5b5440e4")]
    public void A_header_of_another_form_is_refused(string text) => Refused(SignatureStatus.AuthorizationMalformed, text);

    [Theory]
    [InlineData("x-sdk-date;host")]
    [InlineData("x-sdk-date;x-sdk-date")]
    [InlineData("Host;x-sdk-date")]
    [InlineData("host;;x-sdk-date")]
    [InlineData(";host;x-sdk-date")]
    [InlineData("host;x-sdk-date;")]
    [InlineData("host ;x-sdk-date")]
    [InlineData("a:b;x-sdk-date")]
    [InlineData("a\n;x-sdk-date")]
    [InlineData("x-sdk-date;ß")]
    public void Names_that_are_unsorted_double_or_no_names_are_refused(string names) =>
        Refused(SignatureStatus.SignedHeadersMalformed, $"SDK-HMAC-SHA256 Access=AK1, SignedHeaders={names}, Signature={Hex}");

    [Theory]
    [InlineData("host")]
    [InlineData("host;x-sdk-dat")]
    [InlineData("x-sdk-date2")]
    public void The_date_has_to_be_among_them(string names) =>
        Refused(SignatureStatus.DateUnsigned, $"SDK-HMAC-SHA256 Access=AK1, SignedHeaders={names}, Signature={Hex}");

    [Fact]
    public void What_a_header_holds_is_bounded()
    {
        static string Make(string key, string names) => $"SDK-HMAC-SHA256 Access={key}, SignedHeaders={names}, Signature={Hex}";
        static string Names(int count) => string.Concat(Enumerable.Range(0, count - 1).Select(i => $"a{i:D3};")) + "x-sdk-date";

        Accepted(Make(new string('A', AuthorizationHeader.MaxAccessKeyLength), "x-sdk-date"));
        Refused(SignatureStatus.AuthorizationMalformed, Make(new string('A', AuthorizationHeader.MaxAccessKeyLength + 1), "x-sdk-date"));
        Accepted(Make("A", Names(AuthorizationHeader.MaxSignedHeaders)));
        Refused(SignatureStatus.SignedHeadersMalformed, Make("A", Names(AuthorizationHeader.MaxSignedHeaders + 1)));
        string shortest = Make("A", "x-sdk-date");
        Accepted(shortest.PadRight(AuthorizationHeader.MaxLength));
        Refused(SignatureStatus.AuthorizationMalformed, shortest.PadRight(AuthorizationHeader.MaxLength + 1));
    }

    private static void Accepted(string text) => Assert.True(AuthorizationHeader.TryParse(text, out _, out _));

    private static void Refused(SignatureStatus expected, string text)
    {
        Assert.False(AuthorizationHeader.TryParse(text, out _, out SignatureStatus fault));
        Assert.Equal(expected, fault);
    }
}
