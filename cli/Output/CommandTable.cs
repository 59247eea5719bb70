using System.Globalization;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Output;

/// <summary>Commands as people read them.</summary>
internal static class CommandTable
{
    public static void Write(IEnumerable<CommandView> commands, TextWriter output)
    {
        var table = new TextTable("ID", "NAME", "TASK", "STATE", "PRIORITY", "DELIVERIES", "ENQUEUED", "WHAT");
        foreach (CommandView command in commands)
        {
            table.Add(
                CommandIdText.Format(command.Seq),
                command.Name,
                command.TaskId,
                WireName.Of(command.State),
                command.Priority.ToString(CultureInfo.InvariantCulture),
                command.DeliveryCount.ToString(CultureInfo.InvariantCulture),
                Instant(command.EnqueuedAt),
                What(command));
        }

        table.WriteTo(output);
    }

    public static void WriteDetails(CommandView command, TextWriter output)
    {
        Line("command", $"{command.Seq} of {command.ServerId}");
        Line("name", command.Name);
        Line("param", command.Param);
        Line("state", WireName.Of(command.State));
        Line("what", What(command));
        Line("enqueued", $"{Instant(command.EnqueuedAt)} by {command.EnqueuedBy}");
        Line("key", command.IdempotencyKey);
        Line("priority", command.Priority == 0 ? null : command.Priority.ToString(CultureInfo.InvariantCulture));
        Line("not before", Instant(command.NotBeforeAt));
        Line("expires", Instant(command.ExpiresAt));
        Line("deliveries", command.DeliveryCount == 0 ? null : $"{command.DeliveryCount}, the last at {Instant(command.DeliveredAt)}");
        Line("leased until", Instant(command.LeasedUntil));
        Line("redrives", command.RedriveCount == 0 ? null : command.RedriveCount.ToString(CultureInfo.InvariantCulture));
        Line("ended", command.EndedAt is null ? null : $"{Instant(command.EndedAt)} by {command.EndedBy}");
        Line("superseded by", CommandIdText.Format(command.SupersededBy));
        Line("result", command.Result is { } result ? WireName.Of(result) : null);
        Line("detail", command.ResultDetail);

        void Line(string label, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                output.WriteLine($"{label,-14}{TextTable.OneLine(value)}");
            }
        }
    }

    /// <summary>What an open command waits for, or why an ended one ended.</summary>
    public static string? What(CommandView command) => command switch
    {
        { WaitsFor: { } waits } => waits,
        { EndReason: { Length: > 0 } reason } => reason,
        { SupersededBy: { } successor } => $"replaced by {successor}",
        { EndedBy: { } by } => $"by {by}",
        _ => null,
    };

    /// <summary>An instant in UTC, to the second; null stays null.</summary>
    public static string? Instant(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
