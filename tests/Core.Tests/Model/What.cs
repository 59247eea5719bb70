namespace CommandBroker.Core.Tests.Model;

/// <summary>The kinds of <see cref="Fact"/>.</summary>
internal enum What
{
    Enqueued,
    HandedOut,
    HandedOutForGood,
    ClockSeenBack,
    Lapsed,
    Released,
    ShownAgain,
    Hidden,
    Redriven,
    Succeeded,
    Failed,
    DeadLettered,
    Cancelled,
    Expired,
    Superseded,
    NotedSuccess,
    NotedFail,
}
