namespace CommandBroker.Core.Tests.Rules;

public sealed class ServerIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("AZaz09-_.:@~")]
    [InlineData("6f1a2b3c-0000-4000-8000-00000000abcd")]
    public void Letters_digits_and_seven_signs_are_allowed(string text)
    {
        Assert.True(ServerId.TryParse(text, out ServerId id));
        Assert.Equal((text, text), (id.Value, id.ToString()));
        Assert.Equal(id, ServerId.Parse(text));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\r\nb")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    [InlineData("ä")]
    [InlineData("a%20")]
    public void Any_other_character_is_refused_and_not_repeated(string text)
    {
        Assert.False(ServerId.TryParse(text, out ServerId id));
        Assert.Equal(default, id);
        var fault = Assert.Throws<FormatException>(() => ServerId.Parse(text));
        Assert.Equal("server_id has a character that is not allowed; letters, digits and - _ . : @ ~ are.", fault.Message);
    }

    [Fact]
    public void The_longest_id_has_255_characters()
    {
        Assert.True(ServerId.TryParse(new string('x', 255), out _));
        Assert.False(ServerId.TryParse(new string('x', 256), out _));
        Assert.Equal("server_id has 256 characters; 1 to 255 are allowed.", ServerId.Describe(new string('x', 256)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_empty_id_is_refused(string? text)
    {
        Assert.False(ServerId.TryParse(text, out _));
        Assert.Equal("server_id is empty; 1 to 255 characters are allowed.", ServerId.Describe(text));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("overview")]
    public void An_id_that_a_route_hides_is_none_for_a_new_source_server(string text)
    {
        Assert.True(ServerId.TryParse(text, out _));
        Assert.False(ServerId.TryParseNew(text, out _));
        Assert.True(ServerId.TryParseNew(text.ToUpperInvariant(), out _));
        Assert.Equal($"server_id is \"{text}\", which a route of that name hides; any other is allowed.", ServerId.Describe(text));
    }

    [Fact]
    public void Ids_are_told_apart_by_case() => Assert.NotEqual(ServerId.Parse("a"), ServerId.Parse("A"));
}
