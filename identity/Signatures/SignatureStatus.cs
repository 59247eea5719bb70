namespace CommandBroker.Identity.Signatures;

/// <summary>What became of a signature. Everything but <see cref="Valid"/> is a refusal, or asks for something first.</summary>
public enum SignatureStatus
{
    /// <summary>The holder of the secret sent exactly this request.</summary>
    Valid,

    /// <summary>The Authorization header is of another scheme, or empty.</summary>
    OtherScheme,

    /// <summary>The Authorization header isn't <c>Access=…, SignedHeaders=…, Signature=…</c>, each once, each in its form and length.</summary>
    AuthorizationMalformed,

    /// <summary>SignedHeaders has a name that is no lower-case header name, isn't sorted, has a name twice, or has too many.</summary>
    SignedHeadersMalformed,

    /// <summary>SignedHeaders doesn't name <c>x-sdk-date</c>, so the date could be changed.</summary>
    DateUnsigned,

    /// <summary>The request has no X-Sdk-Date.</summary>
    DateMissing,

    /// <summary>The request has more than one X-Sdk-Date.</summary>
    DateDuplicate,

    /// <summary>X-Sdk-Date is no instant of the form <c>YYYYMMDDTHHMMSSZ</c>.</summary>
    DateMalformed,

    /// <summary>X-Sdk-Date is farther from the server's clock than allowed; the outcome has the difference.</summary>
    Skewed,

    /// <summary>A header that is named as signed isn't in the request.</summary>
    HeaderMissing,

    /// <summary>A header that counts is more than once in the request: which one was signed can't be told.</summary>
    HeaderDuplicate,

    /// <summary>A signed header holds a control character, or text that isn't Unicode.</summary>
    HeaderMalformed,

    /// <summary>The method is no header token, or the target doesn't start with a slash, is too long, or has too many parameters.</summary>
    RequestLineMalformed,

    /// <summary>X-Sdk-Content-Sha256 is neither 64 hexadecimal digits nor <c>UNSIGNED-PAYLOAD</c>.</summary>
    ContentHashMalformed,

    /// <summary>The body is declared unsigned, and the options don't allow that.</summary>
    UnsignedPayloadNotAllowed,

    /// <summary>All that can be said without the body is in order: read it, bounded, and ask again with its hash.</summary>
    BodyHashNeeded,

    /// <summary>The body isn't the one X-Sdk-Content-Sha256 names.</summary>
    BodyMismatch,

    /// <summary>Another secret was used, or something signed was changed on the way.</summary>
    Mismatch,

    /// <summary>No such key. Costs what <see cref="Mismatch"/> costs, and a caller must not be able to tell them apart.</summary>
    KeyUnknown,
}
