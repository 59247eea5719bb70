namespace CommandBroker.Gateway.Grains;

/// <summary>
/// Asks the directory whether source servers are registered. Those whose agents wait at the same time share a call: a fleet that comes back in one
/// second would otherwise cost a message each way for every source server, only to be told that it exists.
/// </summary>
/// <remarks>
/// Nobody waits for company: a question goes out at once while fewer than <see cref="MaxCallCount"/> calls are under way, and what comes meanwhile
/// makes up the next call. Several are under way because one may be held up by a silo that dies.
/// </remarks>
internal sealed class RegistrationLookup(IBrokerGrains grains)
{
    internal const int MaxCallCount = 4;

    private readonly Lock _lock = new();
    private readonly Queue<Question> _waiting = new();
    private int _callCount;

    /// <summary>Whether it is registered.</summary>
    /// <exception cref="BrokerException">As <see cref="ISourceDirectoryGrain.ExistEachAsync"/>; those that shared its call get the same one.</exception>
    public Task<bool> IsRegisteredAsync(SourceServerKey key)
    {
        var question = new Question(key.Text);
        lock (_lock)
        {
            _waiting.Enqueue(question);
            if (_callCount == MaxCallCount)
            {
                return question.Task;
            }

            _callCount++;
        }

        _ = AskAsync();
        return question.Task;
    }

    private async Task AskAsync()
    {
        // Behind the requests that are ready to run: they join this call.
        await Task.Yield();
        while (Take() is { Length: > 0 } questions)
        {
            try
            {
                bool[] answers = await grains.Directory.ExistEachAsync([.. questions.Select(question => question.Key)]);
                for (int i = 0; i < questions.Length; i++)
                {
                    questions[i].SetResult(answers[i]);
                }
            }
            catch (Exception fault)
            {
                // The border of a call that belongs to several requests: each of them tells its own agent.
                Array.ForEach(questions, question => question.TrySetException(fault));
            }
        }
    }

    private Question[] Take()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _callCount--;
                return [];
            }

            var taken = new Question[Math.Min(_waiting.Count, ISourceDirectoryGrain.MaxExistCount)];
            for (int i = 0; i < taken.Length; i++)
            {
                taken[i] = _waiting.Dequeue();
            }

            return taken;
        }
    }

    private sealed class Question(string key) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Key => key;
    }
}
