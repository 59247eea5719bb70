namespace CommandBroker.Gateway.Vendor;

/// <summary>An error of the vendor's route family: what its clients get as <c>error_code</c> and <c>error_msg</c>.</summary>
internal sealed record VendorError(int Status, string Code, string Message)
{
    /// <summary>The longest <c>error_msg</c>, in characters (vendor's API page).</summary>
    public const int MaxMessageLength = 1_024;

    /// <summary>The longest <c>error_msg</c> of a 403.</summary>
    public const int MaxForbiddenMessageLength = 255;

    /// <summary>Whether the same request may succeed later; the answer then carries <c>Retry-After</c>.</summary>
    public bool IsTransient { get; init; }

    /// <summary>What <c>Retry-After</c> tells; null means what is usual.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The vendor's name of the action that the caller's role lacks; set on a 403 only, whose body has three members more.</summary>
    public string? Action { get; init; }

    /// <summary>What the <c>Allow</c> header names; set on a 405 only.</summary>
    public string? Allow { get; init; }
}
