using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Routing.Patterns;

namespace CommandBroker.Gateway.Http;

/// <summary>
/// Makes the literal parts of a path count in their own case only. The framework matches them in any, so that a source server named <c>Delete</c> would
/// meet the route <c>delete</c>, and a path in capitals would pass by the rules that a balancer has for that path.
/// </summary>
internal sealed class ExactCasePolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    /// <inheritdoc/>
    public override int Order => 0;

    /// <inheritdoc/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => LiteralsOf(endpoint).Any());

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
}
