using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Routing.Patterns;

namespace CommandBroker.Gateway.Http;

/// <summary>
/// Makes the literal parts of a path count in their own case only. The framework matches them in any, so that a source server named <c>Delete</c> would
/// meet the route <c>delete</c>, and a path in capitals would pass by the rules that a balancer has for that path.
/// </summary>
/// <remarks>A selection by a policy costs each request a set of candidates. The routes that agents call all the time look at their path themselves, see <see cref="Guard"/>.</remarks>
internal sealed class ExactCasePolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    private static readonly Guarded Mark = new();

    /// <inheritdoc/>
    public override int Order => 0;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => LiteralsOf(endpoint).Any()) && !endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<Guarded>() is not null);

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        string path = httpContext.Request.Path.Value ?? "";
        for (int at = 0; at < candidates.Count; at++)
        {
            if (candidates.IsValidCandidate(at) && !IsInItsOwnCase(candidates[at].Endpoint, path))
            {
                candidates.SetValidity(at, false);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Maps a route that looks at the case of its path itself. No other route but the last, for what is no route, may match the same paths.</summary>
    /// <param name="routes">Where to map it.</param>
    /// <param name="pattern">Its pattern.</param>
    /// <param name="handler">What it does.</param>
    /// <param name="unknown">What a path in another case gets.</param>
    public static void Guard(IEndpointRouteBuilder routes, string pattern, RequestDelegate handler, RequestDelegate unknown) => routes
        .Map(pattern, context => IsInItsOwnCase(context.GetEndpoint()!, context.Request.Path.Value) ? handler(context) : unknown(context))
        .WithMetadata(Mark);

    private static bool IsInItsOwnCase(Endpoint endpoint, ReadOnlySpan<char> path)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: var pattern })
        {
            return true;
        }

        foreach (RoutePatternPathSegment segment in pattern.PathSegments)
        {
            path = path is ['/', ..] ? path[1..] : path;
            int end = path.IndexOf('/');
            ReadOnlySpan<char> part = end < 0 ? path : path[..end];
            if (segment is { IsSimple: true, Parts: [RoutePatternLiteralPart literal] } && !part.SequenceEqual(literal.Content))
            {
                return false;
            }

            path = end < 0 ? [] : path[end..];
        }

        return true;
    }

    private static IEnumerable<RoutePatternLiteralPart> LiteralsOf(Endpoint endpoint) =>
        endpoint is RouteEndpoint route ? route.RoutePattern.PathSegments.SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>() : [];

    /// <summary>Marks a route that looks at its path itself.</summary>
    private sealed class Guarded;
}
