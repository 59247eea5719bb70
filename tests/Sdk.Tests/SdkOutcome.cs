using System.Text.Json;
using Xunit;

namespace CommandBroker.Sdk.Tests;

/// <summary>What the SDK's user gets: an answer, or the SDK's own exception.</summary>
internal sealed record SdkOutcome(JsonElement Json, string Log)
{
    /// <summary>The answer; fails the test when something was thrown.</summary>
    public JsonElement Answer => Json.TryGetProperty("answer", out JsonElement answer) ? answer : throw new InvalidOperationException(Json.ToString());

    /// <summary>Runs <c>sdk.js</c>.</summary>
    public static async Task<SdkOutcome> OfAsync(Dictionary<string, object?> wanted)
    {
        string output = await Node.RunAsync(["sdk.js", JsonSerializer.Serialize(wanted)]);
        string last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        return new SdkOutcome(JsonDocument.Parse(last).RootElement, output);
    }

    /// <summary>An exception of the SDK for a request that was refused, with everything it can tell.</summary>
    /// <returns>Its message.</returns>
    public string IsRefused(int status, string code)
    {
        Assert.True(Json.TryGetProperty("thrown", out JsonElement thrown), Json.ToString());
        Assert.Equal("ClientRequestException", Text(thrown, "name"));
        Assert.Equal((status, code), (thrown.GetProperty("status").GetInt32(), Text(thrown, "code")));
        Assert.Matches("^[0-9a-f]{32}$", Text(thrown, "requestId"));
        string message = Text(thrown, "message")!;
        Assert.NotEqual("", message);
        Assert.Equal(status == 403, Text(thrown, "authorization") is { Length: > 0 });
        return message;
    }

    private static string? Text(JsonElement record, string member) => record.TryGetProperty(member, out JsonElement text) ? text.GetString() : null;
}
