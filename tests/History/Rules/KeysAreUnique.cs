namespace CommandBroker.History.Rules;

/// <summary>The same key and body are one command however often they are sent; the same key with another body is refused.</summary>
public sealed class KeysAreUnique : IHistoryRule
{
    /// <inheritdoc/>
    public IEnumerable<Violation> Check(RunHistory run)
    {
        var answers = run.Of(CallKind.Enqueue).Where(call => call.IsOk && call.Invoked.Key is not null)
            .GroupBy(call => (call.Server, Key: call.Invoked.Key!), call => (call.CommandId, call.Hash));
        foreach (var key in answers.Where(key => key.Distinct().Count() > 1))
        {
            yield return new Violation(ViolationKind.DuplicatedKey, key.Key.Server,
                $"Key {key.Key.Key} was acknowledged as {string.Join(" and ", key.Distinct().Select(a => $"{a.CommandId} ({a.Hash})"))}.");
        }

        foreach (FinalRead read in run.Reads)
        {
            foreach (var key in read.Commands.Where(c => c.Key is not null).GroupBy(c => (c.Server, c.Key)).Where(key => key.Count() > 1))
            {
                yield return new Violation(ViolationKind.DuplicatedKey, key.Key.Server,
                    $"{read.Path} has key {key.Key.Key} at commands {string.Join(", ", key.Select(c => c.CommandId))}.");
            }
        }
    }
}
