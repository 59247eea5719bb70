using CsCheck;

namespace CommandBroker.Identity.Tests.Signatures;

/// <summary>Requests of all kinds, with everything rare made common.</summary>
internal static class GeneratedRequestGen
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Gen.OneOf("a", "b", "Z", "0", "-", "_", ".", "~", "..", "%", "%2F", "%41", "/", "//", "+", " ", "&", "=", "?", "#", ":", "@", ";", ",", "é", "東", "🚀", "\u0001", "\u007f", "'", "(", "*", "!", "["),
        Gen.Char['\u0020', '\ud7ff'].Select(letter => letter.ToString()));

    private static readonly Gen<string> Text = Piece.Array[0, 6].Select(string.Concat);

    private static readonly Gen<string> HeaderText = Gen.Frequency(
        (3, Gen.OneOf("application/json", "application/json; charset=utf-8", "a, b", "a  b", "", "huaweicloud-usdk-python/3.0; os/Linux##1_SMP@0#x86_64")),
        (1, Gen.Char['\u0021', '\ud7ff'].Where(letter => !char.IsControl(letter)).Array[0, 20].Select(letters => new string(letters))));

    private static readonly Gen<(string, string, bool)[]> Headers =
        Gen.Select(Gen.Shuffle(new[] { "Content-Type", "User-Agent", "X-Domain-Id", "X-Project-Id", "SDK_EXCHANGE", "Accept", "X_A", "X-A", "Xa", "!~" }, 0, 6), HeaderText.Array[6], Gen.Bool.Array[6])
            .Select((names, values, signed) => names.Select((name, i) => (name, values[i], signed[i])).ToArray());

    private static readonly Gen<(string, string?)[]> Query = Gen.Select(Text, Gen.OneOf(Text.Select(text => (string?)text), Gen.Const((string?)null)))
        .Select((name, value) => (name, name.Length == 0 ? value ?? "" : value)).Array[1, 6];

    public static readonly Gen<GeneratedRequest> Requests = Gen.Select(
            Gen.OneOf("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "get", "X-METHOD"),
            Text.Array[0, 5],
            Gen.OneOf(Query, Gen.Const(((string, string?)[]?)null)!),
            Headers,
            Gen.Byte.Array[0, 40],
            Gen.Byte.Array[1, 40])
        .Select((method, segments, query, headers, body, whims) => new GeneratedRequest(method, segments, query, headers, body, whims));
}
