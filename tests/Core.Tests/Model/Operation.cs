namespace CommandBroker.Core.Tests.Model;

/// <summary>One random step of a queue's life. Numbers are picked modulo what exists, so that they stay meaningful when a failing run is shrunk.</summary>
internal abstract record Operation
{
    public sealed record Enqueue(string Name, string Bucket, string? Task, int Priority, int? NotBefore, int? TimeToLive, string? Key, bool Supersedes) : Operation;

    public sealed record Poll(int Times = 1) : Operation;

    public sealed record ReportByNumber(int Pick, ReportResult Result, string Detail) : Operation;

    public sealed record ReportByName(string Name, ReportResult Result, string Detail) : Operation;

    /// <param name="Pick">The response.</param>
    /// <param name="MayHaveArrived">Whether a byte of it may have left.</param>
    /// <param name="IsOfGateway">Whether the gateway could not send it; else the grain could not answer its poll.</param>
    /// <param name="ComesAgain">Whether the answer to this release is lost, so that it may come a second time.</param>
    public sealed record Release(int Pick, bool MayHaveArrived, bool IsOfGateway, bool ComesAgain) : Operation;

    public sealed record Cancel(int Pick) : Operation;

    public sealed record Redrive(int Pick) : Operation;

    public sealed record Settle : Operation;

    public sealed record Step(int Seconds) : Operation;

    public sealed record Switch(QueuePolicy Policy) : Operation;
}
