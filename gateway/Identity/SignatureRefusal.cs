using System.Globalization;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>What a caller is told of a signature that was refused. Only what it can see itself: never whether the key exists.</summary>
internal static class SignatureRefusal
{
    /// <summary>The refusal of an outcome; of a wrong clock it says the server's time and the difference.</summary>
    public static Refusal Of(in SignatureOutcome outcome, SignatureOptions options, DateTimeOffset now) =>
        outcome.Status == SignatureStatus.Skewed
            ? new Refusal(AdmissionRule.SignatureRefused) { Status = nameof(SignatureStatus.Skewed), Sentence = ClockSentence(outcome.Skew, options, now) }
            : Of(outcome.Status);

    /// <summary>The refusal of a status.</summary>
    public static Refusal Of(SignatureStatus status) => new(status switch
    {
        SignatureStatus.KeyUnknown => AdmissionRule.KeyUnknown,
        _ => AdmissionRule.SignatureRefused,
    })
    {
        Status = status.ToString(),
        Sentence = SentenceOf(status),
    };

    /// <summary>The refusal of a key whose time is over. Whoever signed with it has it, so the caller is told which key, when and why.</summary>
    public static Refusal Ended(string accessKey, KnownCredential key)
    {
        string how = string.Create(CultureInfo.InvariantCulture, $"access key {accessKey} ended at {key.ExpiresAt:yyyy-MM-ddTHH:mm:ssZ}, ")
            + (key.RotatedTo is { } successor ? $"as it was rotated to {successor}" : "as its lifetime was over");
        return new Refusal(AdmissionRule.KeyExpired) { Sentence = $"{how}.", Status = $"{how}, of {key.Principal.View.Name}" };
    }

    /// <summary>The refusal of a disabled key. The caller is told no more than of an unknown one; the log names it.</summary>
    public static Refusal Disabled(string accessKey, KnownCredential key) =>
        new(AdmissionRule.KeyDisabled) { Status = $"access key {accessKey} of {key.Principal.View.Name}" };

    /// <summary>The refusal while a lock holds.</summary>
    public static Refusal Locked(TimeSpan remaining) => new(AdmissionRule.KeyLocked)
    {
        Wait = remaining,
        Sentence = string.Create(
            CultureInfo.InvariantCulture, $"too many wrong signatures for this access key from this address; try again in {Math.Ceiling(remaining.TotalSeconds)} s."),
    };

    /// <summary>The refusal of a body that is longer than allowed.</summary>
    /// <param name="allowed">The longest.</param>
    /// <param name="isRead">Whether it came with a GET or HEAD, for which no setting is.</param>
    public static Refusal TooLong(int allowed, bool isRead) => new(AdmissionRule.BodyTooLong)
    {
        Sentence = isRead
            ? string.Create(CultureInfo.InvariantCulture, $"The body is too long; a signed GET may have {allowed} bytes.")
            : string.Create(CultureInfo.InvariantCulture, $"The body is too long; Gateway:MaxBodyBytes allows {allowed} bytes in a signed request."),
    };

    /// <summary>The refusal of a body that did not come in time.</summary>
    public static Refusal Late(TimeSpan allowed) => new(AdmissionRule.BodyLate) { Sentence = LateSentence(allowed) };

    /// <summary>What is said of a body that did not come in time.</summary>
    public static string LateSentence(TimeSpan allowed) => string.Create(
        CultureInfo.InvariantCulture, $"The body did not come in time; Gateway:UnprovenBodyTimeout allows {allowed.TotalSeconds} s before the caller is proven.");

    private static string? SentenceOf(SignatureStatus status) => status switch
    {
        SignatureStatus.OtherScheme or SignatureStatus.AuthorizationMalformed =>
            "Authorization must be sent once, as SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=….",
        SignatureStatus.SignedHeadersMalformed => "SignedHeaders must be lower-case names in order, each once, separated by semicolons.",
        SignatureStatus.DateUnsigned => "SignedHeaders must name x-sdk-date.",
        SignatureStatus.DateMissing => "X-Sdk-Date is missing.",
        SignatureStatus.DateDuplicate => "X-Sdk-Date must be sent once.",
        SignatureStatus.DateMalformed => "X-Sdk-Date must have the form YYYYMMDDTHHMMSSZ.",
        SignatureStatus.HeaderMissing => "a header that SignedHeaders names is missing.",
        SignatureStatus.HeaderDuplicate => "a header that is signed, and X-Security-Token, must be sent once.",
        SignatureStatus.HeaderMalformed => "a header that is signed has a character that is not allowed.",
        SignatureStatus.RequestLineMalformed => "the method or the target cannot be signed.",
        SignatureStatus.ContentHashMalformed => "X-Sdk-Content-Sha256 must be 64 hexadecimal digits.",
        SignatureStatus.UnsignedPayloadNotAllowed => "the body must be signed; UNSIGNED-PAYLOAD is not allowed here.",
        SignatureStatus.BodyMismatch => "the body is not the one that X-Sdk-Content-Sha256 names.",
        _ => null,
    };

    private static string ClockSentence(TimeSpan skew, SignatureOptions options, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"X-Sdk-Date is {Math.Round(skew.Duration().TotalSeconds)} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} the server's clock, which shows {SdkDate.Write(now)}; {options.MaxClockSkew.TotalSeconds} s are allowed. Set the client's clock.");
}
