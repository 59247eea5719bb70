using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CommandBroker.Grains;

/// <summary>Makes ids, keys and secrets, and tells which texts can be one at all, so that others cost no look-up.</summary>
internal static class IdentityIds
{
    private const int IdByteCount = 16;
    private const int AccessKeyLength = 20;
    private const int SecretKeyLength = 40;
    private const int SessionTokenByteCount = 48;
    private const int MaxAccessKeyLength = 128;
    private const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Alphanumerics = Capitals + "abcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(Alphanumerics + "-_");

    /// <summary>A new id of a tenant or a principal: 128 random bits.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdByteCount));

    /// <summary>A new access key: 103 random bits, no secret.</summary>
    public static string NewAccessKey() => RandomNumberGenerator.GetString(Capitals, AccessKeyLength);

    /// <summary>A new secret key: 238 random bits.</summary>
    public static string NewSecretKey() => RandomNumberGenerator.GetString(Alphanumerics, SecretKeyLength);

    /// <summary>A new token for a temporary key: 384 random bits.</summary>
    public static string NewSessionToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SessionTokenByteCount));

    /// <summary>SHA-256 in lower-case hex. What is hashed is random, so a plain hash cannot be guessed back.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Whether a text can be the id of a tenant, a principal or an issued token.</summary>
    public static bool IsId(string? text) => text is { Length: 2 * IdByteCount } && !text.AsSpan().ContainsAnyExcept(Hex);

    /// <summary>Whether a text can be the hash of a token.</summary>
    public static bool IsHash(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept(Hex);

    /// <summary>Whether a text can be an access key.</summary>
    public static bool IsAccessKey(string? text) =>
        text is { Length: > 0 and <= MaxAccessKeyLength } && !text.AsSpan().ContainsAnyExcept(KeyCharacters);
}
