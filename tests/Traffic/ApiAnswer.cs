using System.Net.Http.Headers;
using System.Text.Json;
using CommandBroker.History;

namespace CommandBroker.Traffic;

/// <summary>What came back of a request.</summary>
/// <param name="Outcome">What it means for the state of the broker.</param>
/// <param name="Note">The status or the fault.</param>
/// <param name="Body">The answer's JSON; undefined when there is none.</param>
/// <param name="Headers">The answer's headers; null without an answer.</param>
/// <param name="Status">The answer's status; null without an answer.</param>
public sealed record ApiAnswer(EntryKind Outcome, string Note, JsonElement Body, HttpResponseHeaders? Headers, int? Status)
{
    /// <summary>Whether the broker said that it did it.</summary>
    public bool IsOk => Outcome == EntryKind.Ok;

    /// <summary>How many seconds the broker asked to wait; null when it did not ask.</summary>
    public int? RetryAfter => (int?)Number("Retry-After");

    /// <summary>One header as a number; null when it is not there.</summary>
    public long? Number(string header) =>
        Headers is not null && Headers.TryGetValues(header, out IEnumerable<string>? values) && long.TryParse(values.First(), out long number) ? number : null;
}
