using System.Runtime.CompilerServices;
using CommandBroker.Core;

namespace CommandBroker.Storage.Payloads;

/// <summary>
/// What never changes of a command after its enqueue, as bytes. Version 1: flags, priority (zigzag), enqueued at, name, param, enqueued by,
/// then, as the flags say, task id, not-before, time to live and idempotency key. Instants are UTC ticks, texts UTF-8 with their length.
/// </summary>
internal static class CommandPayload
{
    /// <summary>The version that is written, and the only one that is read. The next one must keep reading this.</summary>
    public const byte Version = 1;

    [Flags]
    private enum Members : uint
    {
        TaskId = 1,
        NotBefore = 2,
        TimeToLive = 4,
        IdempotencyKey = 8,
        SupersedesTask = 16,
        All = 31,
    }

    /// <summary>Encodes a command; allocates the answer and nothing else.</summary>
    /// <exception cref="ArgumentException">A text holds half a surrogate pair, which UTF-8 cannot carry.</exception>
    public static byte[] Encode(Command command)
    {
        Members members = MembersOf(command);
        ulong priority = ZigZag(command.Priority);
        int size = PayloadEnvelope.HeaderBytes + PayloadWriter.SizeOf((uint)members) + PayloadWriter.SizeOf(priority) + sizeof(long)
            + PayloadWriter.SizeOf(command.Name) + PayloadWriter.SizeOf(command.Param) + PayloadWriter.SizeOf(command.EnqueuedBy)
            + PayloadWriter.SizeOf(command.TaskId) + (command.NotBeforeAt is null ? 0 : sizeof(long))
            + (command.TimeToLive is null ? 0 : sizeof(long)) + PayloadWriter.SizeOf(command.IdempotencyKey);

        byte[] payload = new byte[size];
        var writer = new PayloadWriter(payload.AsSpan(PayloadEnvelope.HeaderBytes));
        writer.WriteNumber((uint)members);
        writer.WriteNumber(priority);
        writer.WriteTicks(command.EnqueuedAt.UtcTicks);
        writer.WriteText(command.Name);
        writer.WriteText(command.Param);
        writer.WriteText(command.EnqueuedBy);
        writer.WriteText(command.TaskId);
        if (command.NotBeforeAt is { } notBefore)
        {
            writer.WriteTicks(notBefore.UtcTicks);
        }

        if (command.TimeToLive is { } timeToLive)
        {
            writer.WriteTicks(timeToLive.Ticks);
        }

        writer.WriteText(command.IdempotencyKey);
        PayloadEnvelope.Seal(payload, Version);
        return payload;
    }

    /// <summary>Decodes into a command of that number; everything that changes has its default.</summary>
    /// <exception cref="UnreadableRowException">It is NULL, truncated, damaged, or of another version.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Command Decode(byte[]? payload, long sourceNo, long seq)
    {
        var origin = new PayloadOrigin("payload", sourceNo, seq);
        var reader = new PayloadReader(PayloadEnvelope.Open(payload, Version, origin), origin);
        var members = (Members)reader.ReadNumber();
        if ((members & ~Members.All) != 0)
        {
            throw origin.Unreadable("it has members that this release does not know");
        }

        var command = new Command
        {
            Seq = seq,
            Priority = UnZigZag(reader.ReadNumber()),
            EnqueuedAt = reader.ReadInstant(),
            Name = reader.ReadText(),
            Param = reader.ReadText(),
            EnqueuedBy = reader.ReadText(),
            TaskId = members.HasFlag(Members.TaskId) ? reader.ReadText() : null,
            NotBeforeAt = members.HasFlag(Members.NotBefore) ? reader.ReadInstant() : null,
            TimeToLive = members.HasFlag(Members.TimeToLive) ? new TimeSpan(reader.ReadTicks()) : null,
            IdempotencyKey = members.HasFlag(Members.IdempotencyKey) ? reader.ReadText() : null,
            SupersedesTask = members.HasFlag(Members.SupersedesTask),
        };
        reader.End();
        return command;
    }

    private static Members MembersOf(Command command) =>
        (command.TaskId is null ? 0 : Members.TaskId)
        | (command.NotBeforeAt is null ? 0 : Members.NotBefore)
        | (command.TimeToLive is null ? 0 : Members.TimeToLive)
        | (command.IdempotencyKey is null ? 0 : Members.IdempotencyKey)
        | (command.SupersedesTask ? Members.SupersedesTask : 0);

    private static ulong ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));

    private static int UnZigZag(ulong value) => (int)((uint)value >> 1) ^ -(int)(value & 1);
}
