using CsCheck;

namespace CommandBroker.Core.Tests.Model;

/// <summary>The steps of a random life, in about the shares of real traffic but with everything rare made common.</summary>
internal static class OperationGen
{
    private static readonly Gen<string> Name = Gen.OneOf("START", "STOP", "SYNC");
    private static readonly Gen<ReportResult> Result = Gen.OneOf(ReportResult.Success, ReportResult.Fail);
    private static readonly Gen<string> Detail = Gen.OneOf("{}", "7");
    private static readonly Gen<int> Pick = Gen.Int[0, 1_000];

    /// <summary>Few names, tasks and keys, so that they meet.</summary>
    private static readonly Gen<Operation> Enqueues =
        Gen.Select(
            Gen.Select(Name, Gen.Frequency((9, "1"), (9, "2"), (1, "\"too long to be taken\"")), Gen.OneOf<string?>(null, "t", "t", "u")),
            Gen.Select(
                Gen.Frequency((20, Gen.Int[-1, 1]), (1, Gen.OneOf(-101, -100, 100, 101))),
                Gen.OneOf<int?>(null, null, null, 5, 15),
                Gen.OneOf<int?>(null, null, null, 1, 12, 30, 40)),
            Gen.OneOf<string?>(null, null, null, "k1", "k2", "k3"),
            Gen.OneOf(false, false, false, true),
            (what, when, key, supersedes) => (Operation)new Operation.Enqueue(
                what.Item1, what.Item2, what.Item3, when.Item1, when.Item2, when.Item3, key, supersedes));

    private static readonly Gen<Operation> Releases = Gen.Select(
        Pick, Gen.Bool, Gen.Bool, Gen.OneOf(false, false, false, true),
        (pick, mayHaveArrived, isOfGateway, comesAgain) => (Operation)new Operation.Release(pick, mayHaveArrived, isOfGateway, comesAgain));

    /// <summary>Few steps of the clock between many hand-outs of one task, and most responses not sent or not for sure.</summary>
    public static readonly Gen<Operation> AtOneInstant = Gen.Frequency(
        (30, Gen.Const((Operation)new Operation.Poll())),
        (16, Gen.Select(Name, Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[-1, 1])), (name, priority) =>
            (Operation)new Operation.Enqueue(name, "1", "t", priority, null, null, null, false))),
        (22, Releases),
        (4, Gen.Select(Pick, Result, Detail, (pick, result, detail) => (Operation)new Operation.ReportByNumber(pick, result, detail))),
        (2, Pick.Select(pick => (Operation)new Operation.Redrive(pick))),
        (8, Gen.Int[1, 14].Select(seconds => (Operation)new Operation.Step(seconds))));

    public static readonly Gen<Operation> Any = Gen.Frequency(
        (30, Gen.Const((Operation)new Operation.Poll())),
        (1, Gen.Int[2, 12].Select(times => (Operation)new Operation.Poll(times))),
        (24, Enqueues),
        (8, Gen.Select(Pick, Result, Detail, (pick, result, detail) => (Operation)new Operation.ReportByNumber(pick, result, detail))),
        (8, Gen.Select(Name, Result, Detail, (name, result, detail) => (Operation)new Operation.ReportByName(name, result, detail))),
        (9, Releases),
        (4, Pick.Select(pick => (Operation)new Operation.Cancel(pick))),
        (4, Pick.Select(pick => (Operation)new Operation.Redrive(pick))),
        (3, Gen.Const((Operation)new Operation.Settle())),
        (15, Gen.Int[1, 14].Select(seconds => (Operation)new Operation.Step(seconds))),
        (2, Gen.Int[-40, 0].Select(seconds => (Operation)new Operation.Step(seconds))));
}
