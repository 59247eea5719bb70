using System.Security.Cryptography;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class SignatureRefusalTests
{
    private static readonly SignatureOptions Unsigned = new() { AllowUnsignedPayload = true };

    [Theory]
    [InlineData(15 * 60, true)]
    [InlineData(-15 * 60, true)]
    [InlineData((15 * 60) + 1, false)]
    [InlineData((-15 * 60) - 1, false)]
    public void A_clock_may_be_as_far_off_as_is_allowed_and_no_farther(int seconds, bool isAccepted)
    {
        SignatureOutcome outcome = new TestRequest().Sign().Verify(TestRequest.SignedAt.AddSeconds(-seconds));

        Assert.Equal(isAccepted ? SignatureStatus.Valid : SignatureStatus.Skewed, outcome.Status);
        Assert.Equal(TimeSpan.FromSeconds(seconds), outcome.Skew);
        Assert.Equal(TestRequest.SignedAt, outcome.SignedAt);
    }

    [Fact]
    public void The_allowed_difference_is_a_setting()
    {
        var options = new SignatureOptions { MaxClockSkew = TimeSpan.FromSeconds(1) };

        Assert.True(new TestRequest().Sign().Verify(TestRequest.SignedAt.AddSeconds(1), options).IsValid);
        Assert.Equal(SignatureStatus.Skewed, new TestRequest().Sign().Verify(TestRequest.SignedAt.AddSeconds(2), options).Status);
    }

    [Fact]
    public void A_date_that_is_missing_unsigned_or_there_twice_is_refused()
    {
        TestRequest signed = new TestRequest().Sign();

        Assert.Equal(SignatureStatus.DateMissing, signed.Without("X-Sdk-Date").Verify().Status);
        Assert.Equal(SignatureStatus.DateDuplicate, signed.Plus("x-sdk-date", SdkDate.Write(TestRequest.SignedAt)).Verify().Status);
        Assert.Equal(SignatureStatus.DateUnsigned, new TestRequest().Sign("host;x-domain-id").Verify().Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20261123T084717")]
    [InlineData("20261123T084717z")]
    [InlineData("20261123 084717Z")]
    [InlineData("2026-11-23T08:47Z")]
    [InlineData("00001123T084717Z")]
    [InlineData("20261323T084717Z")]
    [InlineData("20260023T084717Z")]
    [InlineData("20261100T084717Z")]
    [InlineData("20260229T084717Z")]
    [InlineData("20261123T244717Z")]
    [InlineData("20261123T086017Z")]
    [InlineData("20261123T084760Z")]
    [InlineData("2026112٣T084717Z")]
    public void A_date_of_another_form_is_refused(string date) =>
        Assert.Equal(SignatureStatus.DateMalformed, new TestRequest().With("X-Sdk-Date", date).Sign().Verify().Status);

    [Fact]
    public void A_signed_header_must_be_there_once()
    {
        TestRequest signed = new TestRequest().Sign();

        Assert.Equal(SignatureStatus.HeaderMissing, signed.Without("X-Domain-Id").Verify().Status);
        Assert.Equal(SignatureStatus.HeaderDuplicate, signed.Plus("x-domain-id", "d-1").Verify().Status);
        Assert.Equal(SignatureStatus.HeaderDuplicate, signed.Plus("x-domain-id", "d-2").Verify().Status);
    }

    [Fact]
    public void A_header_that_is_not_signed_may_be_anything()
    {
        TestRequest signed = new TestRequest().Sign("x-sdk-date");

        Assert.True(signed.With("Host", "elsewhere").Plus("X-Other", "\n").Plus("X-Other", "2").Verify().IsValid);
    }

    [Theory]
    [InlineData("a\nx-domain-id:d-2")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("\u007f")]
    public void A_signed_header_with_a_control_character_is_refused(string value) =>
        Assert.Equal(SignatureStatus.HeaderMalformed, new TestRequest().With("X-Domain-Id", value).Sign().Verify().Status);

    [Fact]
    public void Half_a_letter_is_refused()
    {
        const string Half = "\ud800";

        Assert.Equal(SignatureStatus.HeaderMalformed, new TestRequest().With("X-Domain-Id", Half).Sign().Verify().Status);
        Assert.Equal(SignatureStatus.RequestLineMalformed, new TestRequest { Target = "/" + Half }.Sign().Verify().Status);
    }

    [Fact]
    public void Blanks_around_a_value_do_not_count_and_those_inside_do()
    {
        TestRequest signed = new TestRequest().With("X-Domain-Id", "a  b").Sign();

        Assert.True(signed.With("X-Domain-Id", " \ta  b ").Verify().IsValid);
        Assert.Equal(SignatureStatus.Mismatch, signed.With("X-Domain-Id", "a b").Verify().Status);
    }

    [Fact]
    public void A_value_is_signed_in_UTF8() => Assert.True(new TestRequest().With("X-Domain-Id", "Zürich, 東京 🚀").Sign().Verify().IsValid);

    [Fact]
    public void A_temporary_key_s_token_may_be_set_after_signing_but_not_twice()
    {
        TestRequest request = new TestRequest().Plus("X-Security-Token", "t");

        Assert.True(request.Sign().Verify().IsValid);
        Assert.True(request.Sign("host;x-sdk-date").Verify().IsValid);
        Assert.Equal(SignatureStatus.HeaderDuplicate, request.Plus("X-Security-Token", "t").Sign("host;x-sdk-date").Verify().Status);
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("GET\n/", "/")]
    [InlineData("GET /", "/")]
    [InlineData("GÉT", "/")]
    [InlineData("GET", "v3/sources")]
    [InlineData("GET", "http://127.0.0.1/v3")]
    [InlineData("GET", "*")]
    public void A_request_line_that_no_client_of_this_API_sends_is_refused(string method, string target) =>
        Assert.Equal(SignatureStatus.RequestLineMalformed, new TestRequest { Method = method, Target = target }.Sign().Verify().Status);

    [Fact]
    public void What_a_request_line_holds_is_bounded()
    {
        static SignatureStatus Verify(string method, string target) => new TestRequest { Method = method, Target = target }.Sign().Verify().Status;

        Assert.Equal(SignatureStatus.Valid, Verify(new string('M', SignedRequest.MaxMethodLength), "/"));
        Assert.Equal(SignatureStatus.RequestLineMalformed, Verify(new string('M', SignedRequest.MaxMethodLength + 1), "/"));
        Assert.Equal(SignatureStatus.Valid, Verify("GET", "/" + new string('\u6771', SignedRequest.MaxTargetLength - 1)));
        Assert.Equal(SignatureStatus.RequestLineMalformed, Verify("GET", "/" + new string('a', SignedRequest.MaxTargetLength)));
        Assert.Equal(SignatureStatus.Valid, Verify("GET", "/?a" + new string('&', SignedRequest.MaxQueryParameters - 1)));
        Assert.Equal(SignatureStatus.RequestLineMalformed, Verify("GET", "/?a" + new string('&', SignedRequest.MaxQueryParameters)));
    }

    [Fact]
    public void A_body_has_to_be_read_and_only_when_all_else_is_in_order()
    {
        TestRequest signed = new TestRequest { Method = "POST", Body = "{}"u8.ToArray() }.Sign();

        Assert.Equal(SignatureStatus.BodyHashNeeded, signed.Verify(isBodyRead: false).Status);
        Assert.Equal(SignatureStatus.Skewed, signed.Verify(TestRequest.SignedAt.AddHours(1), isBodyRead: false).Status);
        Assert.Equal(SignatureStatus.HeaderMissing, signed.Without("Host").Verify(isBodyRead: false).Status);
        Assert.True(signed.Verify().IsValid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_body_may_be_named_by_its_hash_in_a_header(bool isUpper)
    {
        byte[] body = "{}"u8.ToArray();
        string hash = isUpper ? Convert.ToHexString(SHA256.HashData(body)) : Convert.ToHexStringLower(SHA256.HashData(body));
        TestRequest signed = new TestRequest { Method = "POST", Body = body }.Plus("X-Sdk-Content-Sha256", hash).Sign(payload: hash);

        Assert.True(signed.Verify().IsValid);
        Assert.Equal(SignatureStatus.BodyMismatch, (signed with { Body = "[]"u8.ToArray() }).Verify().Status);
        Assert.Equal(SignatureStatus.BodyHashNeeded, signed.Verify(isBodyRead: false).Status);
        Assert.Equal(SignatureStatus.HeaderDuplicate, signed.Plus("X-Sdk-Content-Sha256", hash).Verify().Status);
    }

    [Fact]
    public void An_unsigned_body_is_accepted_only_where_that_is_allowed()
    {
        const string Payload = "UNSIGNED-PAYLOAD";
        TestRequest signed = new TestRequest { Method = "POST", Body = "{}"u8.ToArray() }.Plus("X-Sdk-Content-Sha256", Payload).Sign(payload: Payload);

        Assert.Equal(SignatureStatus.UnsignedPayloadNotAllowed, signed.Verify().Status);
        Assert.True(signed.Verify(options: Unsigned).IsValid);
        Assert.True((signed with { Body = "[]"u8.ToArray() }).Verify(options: Unsigned, isBodyRead: false).IsValid);
    }

    [Fact]
    public void Nobody_can_declare_a_signed_body_unsigned_afterwards()
    {
        TestRequest signed = new TestRequest { Method = "POST", Body = "{}"u8.ToArray() }.Sign();

        Assert.Equal(SignatureStatus.Mismatch, signed.Plus("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD").Verify(options: Unsigned).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unsigned-payload")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85g")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555")]
    [InlineData("é3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void A_content_hash_of_another_form_is_refused(string hash) =>
        Assert.Equal(
            SignatureStatus.ContentHashMalformed,
            new TestRequest().Plus("X-Sdk-Content-Sha256", hash).Sign(payload: hash).Verify(options: Unsigned).Status);

    [Fact]
    public void A_key_that_does_not_exist_is_answered_as_such_whatever_was_signed()
    {
        TestRequest signed = new TestRequest().Sign();

        Assert.Equal(SignatureStatus.KeyUnknown, signed.VerifyUnknownKey());
        Assert.Equal(SignatureStatus.KeyUnknown, (new TestRequest { Secret = "0123456789012345678901234567890123456789" }).Sign().VerifyUnknownKey());
        Assert.Equal(SignatureStatus.HeaderMissing, signed.Without("Host").VerifyUnknownKey());
    }

    [Fact]
    public void An_empty_secret_is_a_broken_promise() => Assert.Throws<ArgumentException>(() => new TestRequest().Sign().Verify(secret: ""));
}
