using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Wire.Identity;

/// <summary>Between access keys on the wire and the contracts. Limits are the broker's; here it is only said what is missing or cannot be read.</summary>
public static class AccessKeyMap
{
    /// <summary>How long a rotated key goes on counting when nothing is said.</summary>
    public static readonly TimeSpan DefaultOverlap = TimeSpan.FromDays(1);

    // No duration, and yet the one that ends the old key at once.
    private const string NoOverlap = "0s";

    /// <summary>Writes a key.</summary>
    public static AccessKeyRecord ToWire(this AccessKeyView view) => new()
    {
        AccessKey = view.AccessKey,
        User = view.Principal.ToWire(),
        Description = view.Description,
        Enabled = view.IsEnabled,
        CreatedAt = view.CreatedAt,
        ExpiresAt = view.ExpiresAt,
        Temporary = view.IsTemporary,
        RotatedTo = view.RotatedTo,
    };

    /// <summary>Reads a key.</summary>
    public static AccessKeyView ToView(this AccessKeyRecord record) => new()
    {
        AccessKey = record.AccessKey,
        Principal = record.User.ToView(),
        Description = record.Description,
        IsEnabled = record.Enabled,
        CreatedAt = record.CreatedAt,
        ExpiresAt = record.ExpiresAt,
        IsTemporary = record.Temporary,
        RotatedTo = record.RotatedTo,
    };

    /// <summary>Writes a key that was just made.</summary>
    public static NewAccessKeyRecord ToWire(this NewAccessKey made) => new()
    {
        AccessKey = made.Key.AccessKey,
        SecretKey = made.SecretKey,
        SecurityToken = made.SecurityToken,
        Key = made.Key.ToWire(),
    };

    /// <summary>Reads a key that was just made.</summary>
    public static NewAccessKey ToNewKey(this NewAccessKeyRecord record) => new()
    {
        Key = record.Key.ToView(),
        SecretKey = record.SecretKey,
        SecurityToken = record.SecurityToken,
    };

    /// <summary>Writes a key to make.</summary>
    public static NewAccessKeyBody ToWire(this NewAccessKeyCall call) => new()
    {
        UserId = call.PrincipalId.Length == 0 ? null : call.PrincipalId,
        Description = call.Description.Length == 0 ? null : call.Description,
        Lifetime = call.Lifetime is { } lifetime ? DurationText.Format(lifetime) : null,
        Temporary = call.IsTemporary ? true : null,
    };

    /// <summary>Reads a key to make.</summary>
    /// <param name="body">What came.</param>
    /// <param name="principalId">Whose it is to be, when the path says it; the body must say it when null.</param>
    /// <exception cref="BrokerException">InvalidArgument: something needed is missing or cannot be read.</exception>
    public static NewAccessKeyCall ToCall(this NewAccessKeyBody body, string? principalId = null) => new()
    {
        PrincipalId = principalId ?? body.UserId ?? throw Invalid("user_id is missing; the id of a user is needed."),
        Description = body.Description ?? "",
        Lifetime = body.Lifetime is { } text ? Read("lifetime", text) : null,
        IsTemporary = body.Temporary ?? false,
    };

    /// <summary>Writes an overlap.</summary>
    public static RotateKeyBody ToRotation(TimeSpan overlap) =>
        new() { Overlap = overlap == TimeSpan.Zero ? NoOverlap : DurationText.Format(overlap) };

    /// <summary>Reads an overlap.</summary>
    /// <exception cref="BrokerException">InvalidArgument: it cannot be read.</exception>
    public static TimeSpan ToOverlap(this RotateKeyBody body) => body.Overlap switch
    {
        null => DefaultOverlap,
        NoOverlap => TimeSpan.Zero,
        { } text => Read("overlap", text),
    };

    private static TimeSpan Read(string member, string text) => DurationText.TryParse(text, out TimeSpan duration)
        ? duration
        : throw Invalid($"{member} cannot be read; a whole number and s, m, h or d is allowed, as in 90d.");

    private static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);
}
