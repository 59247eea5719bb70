using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using CommandBroker.Identity.Tokens;
using CsCheck;

namespace CommandBroker.Identity.Tests;

public sealed class TokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    private readonly TokenKey _key = TokenKey.Create();
    private readonly TokenSigner _signer;
    private readonly TokenVerifier _verifier;

    public TokenTests()
    {
        _signer = new TokenSigner(_key.KeyId, _key.PrivateKey);
        _verifier = VerifierOf(_key);
    }

    public void Dispose()
    {
        _signer.Dispose();
        _verifier.Dispose();
    }

    [Fact]
    public void A_token_says_what_was_put_into_it()
    {
        TokenPayload payload = Payload() with { IsDomainScoped = true };

        Assert.Equal(TokenStatus.Valid, _verifier.Verify(_signer.Issue(payload), Now, out TokenPayload? read));
        Assert.Equal(payload, read);
    }

    [Fact]
    public void A_token_has_one_length_and_fits_into_a_header()
    {
        string text = _signer.Issue(Payload());

        Assert.Equal(TokenText.Length, text.Length);
        Assert.True(TokenText.IsMeant(text));
        Assert.All(text, character => Assert.True(char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_'));
    }

    [Fact]
    public void The_second_form_of_a_signature_is_the_same_token_to_whoever_revokes_it()
    {
        var order = BigInteger.Parse("00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        TokenPayload payload = Payload();
        string text = _signer.Issue(payload);
        int at = text.LastIndexOf('.') + 1;
        byte[] signature = Base64Url.DecodeFromChars(text.AsSpan(at));
        byte[] second = (order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        second.CopyTo(signature.AsSpan(64 - second.Length));
        string other = text[..at] + Base64Url.EncodeToString(signature);

        Assert.NotEqual(text, other);
        Assert.Equal(TokenStatus.Valid, _verifier.Verify(other, Now, out TokenPayload? read));
        Assert.Equal(payload.TokenId, read!.TokenId);
    }

    [Fact]
    public void A_token_counts_until_the_tick_before_it_ends()
    {
        TokenPayload payload = Payload();
        string text = _signer.Issue(payload);

        Assert.Equal(TokenStatus.Valid, _verifier.Verify(text, payload.ExpiresAt.AddTicks(-1), out _));
        Assert.Equal(TokenStatus.Expired, _verifier.Verify(text, payload.ExpiresAt, out _));
    }

    [Fact]
    public void A_token_of_a_clock_that_is_far_ahead_does_not_count_yet()
    {
        string text = _signer.Issue(Payload());

        Assert.Equal(TokenStatus.Valid, _verifier.Verify(text, Now - TokenVerifier.MaxClockSkew, out _));
        Assert.Equal(TokenStatus.NotYetValid, _verifier.Verify(text, Now - TokenVerifier.MaxClockSkew - TimeSpan.FromTicks(1), out _));
    }

    [Fact]
    public void A_token_of_another_key_is_not_believed()
    {
        TokenKey other = TokenKey.Create();
        using var signer = new TokenSigner(other.KeyId, other.PrivateKey);
        using var liar = new TokenSigner(_key.KeyId, other.PrivateKey);

        Assert.Equal(TokenStatus.UnknownKey, _verifier.Verify(signer.Issue(Payload(other)), Now, out TokenPayload? read));
        Assert.Null(read);
        Assert.Equal(TokenStatus.WrongSignature, _verifier.Verify(liar.Issue(Payload()), Now, out read));
        Assert.Null(read);
    }

    [Fact]
    public void Tokens_of_both_keys_count_while_keys_overlap()
    {
        TokenKey next = TokenKey.Create();
        using TokenVerifier both = VerifierOf(_key, next);
        using var signer = new TokenSigner(next.KeyId, next.PrivateKey);

        Assert.Equal(TokenStatus.Valid, both.Verify(_signer.Issue(Payload()), Now, out _));
        Assert.Equal(TokenStatus.Valid, both.Verify(signer.Issue(Payload(next)), Now, out _));
    }

    [Fact]
    public void No_other_character_at_any_place_is_accepted()
    {
        const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \t\r\n+/\0\u00e9\uff21";
        string text = _signer.Issue(Payload());

        for (int at = 0; at < text.Length; at++)
        {
            foreach (char other in Characters.Where(other => other != text[at]))
            {
                string changed = string.Concat(text.AsSpan(0, at), [other], text.AsSpan(at + 1));
                Assert.NotEqual(TokenStatus.Valid, _verifier.Verify(changed, Now, out TokenPayload? payload));
                Assert.Null(payload);
            }
        }
    }

    [Fact]
    public void No_text_brings_the_parser_down_or_is_accepted()
    {
        string text = _signer.Issue(Payload());
        Gen<string> noise = Gen.String;
        Gen<string> cut = Gen.Select(Gen.Int[0, text.Length], Gen.Int[0, text.Length], Gen.String, (from, to, middle) =>
            string.Concat(text.AsSpan(0, from), middle, text.AsSpan(to)));
        Gen<string> sized = Gen.Char.Array[TokenText.Length].Select(characters => new string(characters));

        Gen.OneOf(noise, cut, sized, sized.Select(any => TokenText.Prefix + any[4..])).Sample(
            given => given == text || _verifier.Verify(given, Now, out _) != TokenStatus.Valid, iter: 20_000);
    }

    [Fact]
    public void A_payload_that_ends_before_it_begins_is_malformed() =>
        Assert.Equal(
            TokenStatus.Malformed, _verifier.Verify(_signer.Issue(Payload() with { ExpiresAt = Now.AddTicks(-1) }), Now.AddTicks(-2), out _));

    [Fact]
    public void A_signer_signs_only_what_names_its_key() =>
        Assert.Throws<ArgumentException>(() => _signer.Issue(Payload(TokenKey.Create())));

    [Fact]
    public void Many_threads_may_check_at_one_time()
    {
        string[] texts = [.. Enumerable.Range(0, 64).Select(_ => _signer.Issue(Payload()))];

        Parallel.ForEach(Enumerable.Range(0, 2_000), index =>
            Assert.Equal(TokenStatus.Valid, _verifier.Verify(texts[index % texts.Length], Now, out _)));
    }

    [Fact]
    public void A_keys_private_part_is_not_printed() =>
        Assert.DoesNotContain(Convert.ToBase64String(_key.PrivateKey), _key.ToString(), StringComparison.Ordinal);

    private TokenPayload Payload(TokenKey? key = null) => new()
    {
        KeyId = (key ?? _key).KeyId,
        TokenId = TokenSigner.NewTokenId(),
        PrincipalId = "0123456789abcdef0123456789abcdef",
        ProjectId = "2d7b94e60c1f4f8fb35a7c9e84d10f63",
        IssuedAt = Now,
        ExpiresAt = Now.AddHours(24),
    };

    private static TokenVerifier VerifierOf(params TokenKey[] keys) => new(keys.Select(key => KeyValuePair.Create(key.KeyId, key.PublicKey)));
}
