using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class CommandParamTextTests
{
    [Theory]
    [InlineData("""{"task_id":"a\u0000b"}""", "U+0000")]
    [InlineData("""{"a":["x",{"b":"\u0000"}]}""", "U+0000")]
    [InlineData("""{"\u0000":1}""", "U+0000")]
    [InlineData("""{"a":"\ud800"}""", "surrogate")]
    [InlineData("""{"task_id":"\udc00x"}""", "surrogate")]
    public void A_text_that_cannot_be_stored_is_refused_also_when_it_is_escaped(string param, string named) =>
        Assert.Contains(named, CommandParamText.FaultOf(param, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"a":"\u00e4\n\"\\u0000"}""")]
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    public void Other_escapes_are_kept(string param) => Assert.Null(CommandParamText.FaultOf(param, out _));
}
