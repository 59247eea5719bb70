using CommandBroker.Chaos.Cluster;

namespace CommandBroker.Chaos.Faults;

/// <summary>Connections to the database break in the middle of a question: some before it arrived, some when it was carried out and the answer was on the way.</summary>
internal sealed class CutConnections : IFault
{
    private const double CutShare = 0.1;

    private (int LostQuestions, int OpenQuestions, int LostAnswers) _before;

    /// <inheritdoc/>
    public TimeSpan Hold => TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task InjectAsync(Scene scene)
    {
        _before = Cuts(scene);
        scene.Cluster.Disturb(new ProxyFault(CutShare: CutShare));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> ProveAsync(Scene scene)
    {
        (int questions, int open, int answers) = Cuts(scene);
        (questions, open, answers) = (questions - _before.LostQuestions, open - _before.OpenQuestions, answers - _before.LostAnswers);
        return Task.FromResult(questions > 0 && open > 0 && answers > 0
            ? $"cut {questions} times before a question arrived, {open} times just behind one, {answers} times before an answer arrived" : null);
    }

    /// <inheritdoc/>
    public Task HealAsync(Scene scene)
    {
        scene.Cluster.Disturb(null);
        return Task.CompletedTask;
    }

    private static (int LostQuestions, int OpenQuestions, int LostAnswers) Cuts(Scene scene) =>
        scene.Cluster.Proxies.Select(proxy => proxy.Cuts).Aggregate((sum, next) => (sum.LostQuestions + next.LostQuestions, sum.OpenQuestions + next.OpenQuestions, sum.LostAnswers + next.LostAnswers));
}
