namespace CommandBroker.Client.Wire;

/// <summary>
/// The body of <c>POST /api/v1/sources/{server_id}/commands</c>, and one line of <c>POST /api/v1/commands</c>.
/// Every member is optional here so that <see cref="EnqueueMap"/> can say what is missing in its own words.
/// </summary>
public sealed record EnqueueBody
{
    /// <summary>The source server; only in a line, elsewhere the path names it.</summary>
    public string? ServerId { get; init; }

    /// <summary>1 to 255 characters; needed.</summary>
    public string? CommandName { get; init; }

    /// <summary>A JSON object; absent means <c>{}</c>.</summary>
    public RawJson? CommandParam { get; init; }

    /// <summary>-100 to 100, higher first; absent means 0.</summary>
    public int? Priority { get; init; }

    /// <summary><c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>; absent means the broker's default.</summary>
    public string? TimeToLive { get; init; }

    /// <summary>RFC 3339 with an offset; absent means at once.</summary>
    public string? NotBefore { get; init; }

    /// <summary>Whether to end the never delivered commands of the same task; absent means false.</summary>
    public bool? Supersede { get; init; }

    /// <summary>1 to 255 characters; only in a line, elsewhere the header <c>Idempotency-Key</c> says it.</summary>
    public string? IdempotencyKey { get; init; }
}
