using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Traffic;

/// <summary>The parameter of one command, unlike any other's.</summary>
/// <param name="Text">The JSON object as it is sent.</param>
/// <param name="Task">Its task.</param>
public sealed record Payload(string Text, string Task)
{
    /// <summary>Its digest.</summary>
    public string Hash { get; } = HashOf(Text);

    /// <summary>Makes a new one.</summary>
    public static Payload Create(string task) => new($$"""{"task_id":"{{task}}", "bucket":"ü {{Guid.NewGuid():N}}"}""", task);

    /// <summary>The digest of a parameter as it came back, byte for byte.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];

    /// <summary>What the agent will report of it: the same each time, so that an honest agent never contradicts itself.</summary>
    public static string ResultOf(string hash) => hash[0] is '0' or '1' ? "fail" : "success";
}
