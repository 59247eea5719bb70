using System.Text.Json;
using Xunit;

namespace CommandBroker.Core.Tests.Rules;

public sealed class StorableJsonTests
{
    [Theory]
    [InlineData("""{"a":"\u0000"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"\u0000":1}""", """{"\ufffd":1}""")]
    [InlineData("""["\ud800","\uDBFFx","\uDC00"]""", """["\ufffd","\ufffdx","\ufffd"]""")]
    [InlineData("""["\ud83d\ud83d\ude00\ude00"]""", """["\ufffd\ud83d\ude00\ufffd"]""")]
    [InlineData("""["\\\u0000","\"\ud800\\ud800"]""", """["\\\ufffd","\"\ufffd\\ud800"]""")]
    [InlineData("""["\ud800\n\udc00","\ud800\u0041"]""", """["\ufffd\n\ufffd","\ufffd\u0041"]""")]
    public void Escape_of_what_cannot_be_stored_is_found_and_mended(string json, string mended)
    {
        Assert.False(StorableJson.IsStorable(json));
        Assert.Equal(mended, StorableJson.Mend(json));
        Assert.True(StorableJson.IsStorable(mended));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""["\\u0000","\\\\ud800","\u0001\u00e9\uffff\/"]""")]
    [InlineData("""["\ud83d\ude00\uD83D\uDE00"]""")]
    public void Other_escapes_stay(string? json)
    {
        Assert.True(StorableJson.IsStorable(json));
        Assert.True(json is null || ReferenceEquals(json, StorableJson.Mend(json)));
    }

    [Fact]
    public void What_stands_there_unescaped_is_found_too()
    {
        Assert.False(StorableJson.IsStorable("[\"\0\"]"));
        Assert.False(StorableJson.IsStorable("[\"\ud800\"]"));
    }

    [Fact]
    public void It_agrees_with_a_JSON_reader_on_every_mixture_of_escapes()
    {
        string[] parts = ["a", @"\\", @"\""", @"\n", @"\u0000", @"\u0041", @"\ud83d", @"\uDE00", "\U0001F600", "u0000"];
        var random = new Random(17);
        for (int round = 0; round < 20_000; round++)
        {
            string json = $"[\"{string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => parts[random.Next(parts.Length)]))}\"]";

            Assert.Equal(TextOf(json) is { } text && StorableText.IsStorable(text), StorableJson.IsStorable(json));
            Assert.NotNull(TextOf(StorableJson.Mend(json)));
            Assert.True(StorableJson.IsStorable(StorableJson.Mend(json)));
        }
    }

    /// <summary>What a reader makes of the text in an array; null when it fails on half a surrogate pair.</summary>
    private static string? TextOf(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        try
        {
            return document.RootElement[0].GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
