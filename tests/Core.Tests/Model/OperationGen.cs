using CsCheck;

namespace CommandBroker.Core.Tests.Model;

/// <summary>The steps of a random life, in about the shares of real traffic but with everything rare made common.</summary>
internal static class OperationGen
{
    private static readonly Gen<string> Name = Gen.OneOf("START", "STOP", "SYNC");
    private static readonly Gen<ReportResult> Result = Gen.OneOf(ReportResult.Success, ReportResult.Fail);
    private static readonly Gen<int> Pick = Gen.Int[0, 1_000];

    /// <summary>Few names, tasks and keys, so that they meet.</summary>
    private static readonly Gen<Operation> Enqueues =
        Gen.Select(
            Gen.Select(Name, Gen.Frequency((9, "1"), (9, "2"), (1, "\"too long to be taken\"")), Gen.OneOf<string?>(null, "t", "t", "u")),
            Gen.Select(
                Gen.Frequency((20, Gen.Int[-1, 1]), (1, Gen.OneOf(-101, -100, 100, 101))),
                Gen.OneOf<int?>(null, null, null, 5, 15),
                Gen.OneOf<int?>(null, null, 1, 12, 40)),
            Gen.OneOf<string?>(null, null, null, "k1", "k2", "k3"),
            Gen.OneOf(false, false, false, true),
            (what, when, key, supersedes) => (Operation)new Operation.Enqueue(
                what.Item1, what.Item2, what.Item3, when.Item1, when.Item2, when.Item3, key, supersedes));

    public static readonly Gen<Operation> Any = Gen.Frequency(
        (30, Gen.Const((Operation)new Operation.Poll())),
        (24, Enqueues),
        (8, Gen.Select(Pick, Result, (pick, result) => (Operation)new Operation.ReportByNumber(pick, result))),
        (8, Gen.Select(Name, Result, (name, result) => (Operation)new Operation.ReportByName(name, result))),
        (9, Gen.Select(Pick, Gen.Bool, (pick, mayHaveArrived) => (Operation)new Operation.Release(pick, mayHaveArrived))),
        (4, Pick.Select(pick => (Operation)new Operation.Cancel(pick))),
        (4, Pick.Select(pick => (Operation)new Operation.Redrive(pick))),
        (3, Gen.Const((Operation)new Operation.Settle())),
        (15, Gen.Int[1, 14].Select(seconds => (Operation)new Operation.Step(seconds))),
        (2, Gen.Int[-40, 0].Select(seconds => (Operation)new Operation.Step(seconds))));
}
