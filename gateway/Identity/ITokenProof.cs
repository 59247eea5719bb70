using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>Tells who a token says that the caller is: a token of the broker's own, or one of an external IAM.</summary>
internal interface ITokenProof
{
    /// <summary>Whether a token may also come as <c>Authorization: Bearer</c>.</summary>
    bool TakesBearer { get; }

    /// <summary>Takes the header's value apart. What was seen before is answered without waiting.</summary>
    /// <param name="context">The request.</param>
    /// <param name="values">What the header holds.</param>
    /// <param name="now">The server's clock.</param>
    ValueTask<Proof> ProveAsync(HttpContext context, in StringValues values, DateTimeOffset now);
}
