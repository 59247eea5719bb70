using CsCheck;

namespace CommandBroker.Core.Tests.Model;

/// <summary>Random lives of a queue. A failing one is shrunk and printed with the seed that repeats it.</summary>
[Trait("Category", "Property")]
public sealed class QueueProperties
{
    private const int MinOperations = 100_000;

    [Fact]
    public void In_Queue_mode_core_does_what_the_specification_says() => Check(Gen.Const(DeliveryMode.Queue), OperationGen.Any);

    [Fact]
    public void In_Sequential_core_does_what_the_specification_says() => Check(Gen.Const(DeliveryMode.Sequential), OperationGen.Any);

    [Fact]
    public void In_AtMostOnce_core_does_what_the_specification_says() => Check(Gen.Const(DeliveryMode.AtMostOnce), OperationGen.Any);

    [Fact]
    public void Whenever_the_policy_changes_core_does_what_the_specification_says()
    {
        Gen<DeliveryMode> any = Gen.OneOf(DeliveryMode.Queue, DeliveryMode.Sequential, DeliveryMode.AtMostOnce);
        Check(any, Gen.Frequency((20, OperationGen.Any), (1, PolicyGen.In(any).Select(policy => (Operation)new Operation.Switch(policy)))));
    }

    [Fact]
    public void No_delivery_goes_backwards_inside_a_task_also_when_all_happens_at_one_instant()
    {
        Gen<DeliveryMode> mode = Gen.OneOf(DeliveryMode.Queue, DeliveryMode.Queue, DeliveryMode.Sequential);
        Gen.Select(PolicyGen.In(mode), OperationGen.AtOneInstant.Array[10, 60]).Sample(
            (policy, operations) => Array.ForEach(operations, new OneInstantRun(policy).Do),
            iter: 10_000,
            print: life => $"{life.Item1}\n{string.Join('\n', life.Item2.AsEnumerable())}");
    }

    private static void Check(Gen<DeliveryMode> mode, Gen<Operation> operation)
    {
        long done = 0;
        Gen.Select(PolicyGen.In(mode), operation.Array[10, 90]).Sample(
            (policy, operations) =>
            {
                var run = new TwinRun(policy);
                Array.ForEach(operations, run.Do);
                run.Drain();
                Interlocked.Add(ref done, operations.Length);
            },
            iter: 2_500,
            print: life => $"{life.Item1}\n{string.Join('\n', life.Item2.AsEnumerable())}");

        Assert.True(done >= MinOperations, $"Only {done} operations were tried.");
    }
}
