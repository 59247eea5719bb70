namespace CommandBroker.Gateway.Grains;

/// <summary>
/// Asks the directory whether source servers are registered. Those whose agents wait at the same time share a call: a fleet that comes back in one
/// second would otherwise cost a message each way for every source server, only to be told that it exists.
/// </summary>
/// <remarks>
/// Where few ask nobody waits: the next call may follow the last one after <see cref="PaceOf">a time</see> that grows with what that one carried. Where
/// a fleet asks, that gathers dozens, and they go on together: through the silos' mailboxes, their reads and the answers. One by one each of them
/// woke every process on its way, and a herd kept all of them awake with a quarter of what they carry (docs/capacity.md). Several calls are under way
/// because one may be held up by a silo that dies.
/// </remarks>
internal sealed class RegistrationLookup(IBrokerGrains grains, TimeProvider clock)
{
    internal const int MaxCallCount = 4;

    private readonly Lock _lock = new();
    private readonly Queue<Question> _waiting = new();
    private int _callCount;
    private bool _isGathering;
    private long _calledAt;
    private int _lastCount;

    /// <summary>Whether it is registered.</summary>
    /// <exception cref="BrokerException">As <see cref="ISourceDirectoryGrain.ExistEachAsync"/>; those that shared its call get the same one.</exception>
    public Task<bool> IsRegisteredAsync(SourceServerKey key)
    {
        var question = new Question(key.Text);
        lock (_lock)
        {
            _waiting.Enqueue(question);
            if (!TryGather())
            {
                return question.Task;
            }

            _callCount++;
        }

        _ = CallAsync();
        return question.Task;
    }

    /// <summary>How long after a call of that many questions the next one goes out: a millisecond for each but the first, up to 50.</summary>
    internal static TimeSpan PaceOf(int questionCount) => TimeSpan.FromMilliseconds(Math.Clamp(questionCount - 1, 0, 50));

    // One at a time waits for company, and only while another call may be made.
    private bool TryGather()
    {
        if (_isGathering || _callCount == MaxCallCount || _waiting.Count == 0)
        {
            return false;
        }

        return _isGathering = true;
    }

    private async Task CallAsync()
    {
        do
        {
            await GatherAsync();
            await AskAsync(Take());
        }
        while (GoesOn());
    }

    private async Task GatherAsync()
    {
        TimeSpan early = PaceOf(_lastCount) - clock.GetElapsedTime(_calledAt);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, clock);
        }
        else
        {
            // Behind the requests that are ready to run: they join this call.
            await Task.Yield();
        }
    }

    private Question[] Take()
    {
        lock (_lock)
        {
            var taken = new Question[Math.Min(_waiting.Count, ISourceDirectoryGrain.MaxExistCount)];
            for (int i = 0; i < taken.Length; i++)
            {
                taken[i] = _waiting.Dequeue();
            }

            _isGathering = false;
            _calledAt = clock.GetTimestamp();
            _lastCount = taken.Length;
            return taken;
        }
    }

    private async Task AskAsync(Question[] questions)
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

    private bool GoesOn()
    {
        lock (_lock)
        {
            _callCount--;
            if (!TryGather())
            {
                return false;
            }

            _callCount++;
            return true;
        }
    }

    private sealed class Question(string key) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Key => key;
    }
}
