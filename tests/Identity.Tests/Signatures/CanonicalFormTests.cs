using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>What is sent, beside what has to have been signed for it.</summary>
public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData("", "/", "")]
    [InlineData("/", "/", "")]
    [InlineData("/a", "/a/", "")]
    [InlineData("/a/", "/a/", "")]
    [InlineData("/a//", "/a//", "")]
    [InlineData("/a//b", "/a//b/", "")]
    [InlineData("//", "//", "")]
    [InlineData("/a/../b/.", "/a/../b/./", "")]
    [InlineData("/a%2Fb", "/a%2Fb/", "")]
    [InlineData("/a%2fb", "/a%2Fb/", "")]
    [InlineData("/a%2F", "/a%2F/", "")]
    [InlineData("/a+b:c@d!", "/a%2Bb%3Ac%40d%21/", "")]
    [InlineData("/%41%7e", "/A~/", "")]
    [InlineData("/%", "/%25/", "")]
    [InlineData("/%4", "/%254/", "")]
    [InlineData("/%zz%4", "/%25zz%254/", "")]
    [InlineData("/%2525", "/%2525/", "")]
    [InlineData("/%C3%A9é", "/%C3%A9%C3%A9/", "")]
    [InlineData("/%ff", "/%FF/", "")]
    [InlineData("/a?", "/a/", "")]
    [InlineData("?a=1", "/", "a=1")]
    [InlineData("/a?b", "/a/", "b=")]
    [InlineData("/a?b=", "/a/", "b=")]
    [InlineData("/a?=b", "/a/", "=b")]
    [InlineData("/a?b=1=2", "/a/", "b=1%3D2")]
    [InlineData("/a?b=1?c=2/", "/a/", "b=1%3Fc%3D2%2F")]
    [InlineData("/a?c=3&b=2&a=1", "/a/", "a=1&b=2&c=3")]
    [InlineData("/a?b=2&b=10&b=1", "/a/", "b=1&b=10&b=2")]
    [InlineData("/a?b=%20x&b=+x", "/a/", "b=%20x&b=%20x")]
    [InlineData("/a?b=%2B", "/a/", "b=%2B")]
    [InlineData("/a?b=%26&a=%3D", "/a/", "a=%3D&b=%26")]
    [InlineData("/a?B=1&b=2&a=3", "/a/", "B=1&a=3&b=2")]
    [InlineData("/a?%C3%BC=%E6%9D%B1&z=é", "/a/", "z=%C3%A9&%C3%BC=%E6%9D%B1")]
    public void A_target_has_one_form(string target, string path, string query) => Assert.Equal(SignatureStatus.Valid, Verify(target, path, query));

    [Theory]
    [InlineData("/a%2Fb", "/a/b/")]
    [InlineData("/a/b", "/a%2Fb/")]
    [InlineData("/a%20b", "/a%2520b/")]
    [InlineData("/a//b", "/a/b/")]
    [InlineData("/a//", "/a/")]
    [InlineData("/a/../b", "/b/")]
    [InlineData("/a+b", "/a%20b/")]
    public void A_path_of_another_meaning_is_refused(string target, string path) => Assert.Equal(SignatureStatus.Mismatch, Verify(target, path, ""));

    [Theory]
    [InlineData("/a?b=+", "b=%2B")]
    [InlineData("/a?b=%2B", "b=%20")]
    [InlineData("/a?b=1&", "b=1")]
    [InlineData("/a?b=1&&c=1", "b=1&c=1")]
    [InlineData("/a?b=1", "B=1")]
    [InlineData("/a?b=1&b=1", "b=1")]
    public void A_query_of_another_meaning_is_refused(string target, string query) => Assert.Equal(SignatureStatus.Mismatch, Verify(target, "/a/", query));

    [Theory]
    [InlineData("/a?a:=1&a0=2", "a0=2&a%3A=1")] // as text
    [InlineData("/a?a:=1&a0=2", "a%3A=1&a0=2")] // as encoded
    [InlineData("/a?b=2&b=1", "b=1&b=2")] // values sorted
    [InlineData("/a?b=2&b=1", "b=2&b=1")] // values as sent
    [InlineData("/a?c=1&b=:&b=0", "b=0&b=%3A&c=1")]
    [InlineData("/a?c=1&b=0&b=:", "b=%3A&b=0&c=1")]
    public void All_the_orders_that_official_SDKs_sort_a_query_in_are_accepted(string target, string query) =>
        Assert.Equal(SignatureStatus.Valid, Verify(target, "/a/", query));

    [Fact]
    public void A_query_in_no_order_is_refused() => Assert.Equal(SignatureStatus.Mismatch, Verify("/a?c=1&b=2&a=3", "/a/", "c=1&b=2&a=3"));

    private static SignatureStatus Verify(string target, string path, string query)
    {
        var request = new TestRequest { Target = target };
        return (request with { Authorization = TestSigner.Authorize(request, "host;x-sdk-date", path, query) }).Verify().Status;
    }
}
