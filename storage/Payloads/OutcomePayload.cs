using CommandBroker.Core;

namespace CommandBroker.Storage.Payloads;

/// <summary>
/// How a command ended, as bytes. Version 1: result (0 when none was reported), ended at, ended by, reason, then superseded by
/// (0 when nothing did), the mark of the detail (0 when none follows, 1 or the report's tag before one), and the detail.
/// </summary>
internal static class OutcomePayload
{
    /// <summary>The version that is written, and the only one that is read. The next one must keep reading this.</summary>
    public const byte Version = 1;

    /// <summary>Encodes an outcome; allocates the answer and nothing else.</summary>
    /// <exception cref="ArgumentException">A text holds half a surrogate pair, which UTF-8 cannot carry.</exception>
    public static byte[] Encode(Outcome outcome)
    {
        ulong result = (ulong)(outcome.Result ?? 0);
        ulong successor = (ulong)(outcome.SupersededBy ?? 0);

        // Releases that know no tags read every mark but 0 as "a detail follows", so this needs no version of its own.
        ulong mark = outcome.ResultDetail is null ? 0 : outcome.ReportTag ?? 1;
        int size = PayloadEnvelope.HeaderBytes + PayloadWriter.SizeOf(result) + sizeof(long) + PayloadWriter.SizeOf(outcome.EndedBy)
            + PayloadWriter.SizeOf(outcome.Reason) + PayloadWriter.SizeOf(successor) + PayloadWriter.SizeOf(mark) + PayloadWriter.SizeOf(outcome.ResultDetail);

        byte[] payload = new byte[size];
        var writer = new PayloadWriter(payload.AsSpan(PayloadEnvelope.HeaderBytes));
        writer.WriteNumber(result);
        writer.WriteTicks(outcome.EndedAt.UtcTicks);
        writer.WriteText(outcome.EndedBy);
        writer.WriteText(outcome.Reason);
        writer.WriteNumber(successor);
        writer.WriteNumber(mark);
        writer.WriteText(outcome.ResultDetail);
        PayloadEnvelope.Seal(payload, Version);
        return payload;
    }

    /// <summary>Decodes the outcome of that command.</summary>
    /// <exception cref="UnreadableRowException">It is NULL, truncated, damaged, or of another version.</exception>
    public static Outcome Decode(byte[]? payload, long sourceNo, long seq)
    {
        var origin = new PayloadOrigin("outcome", sourceNo, seq);
        var reader = new PayloadReader(PayloadEnvelope.Open(payload, Version, origin), origin);
        ulong result = reader.ReadNumber();
        if (result > (ulong)ReportResult.Fail)
        {
            throw origin.Unreadable($"its result is {result}, this release understands 0 to {(int)ReportResult.Fail}");
        }

        ulong mark;
        var outcome = new Outcome
        {
            Result = result == 0 ? null : (ReportResult)result,
            EndedAt = reader.ReadInstant(),
            EndedBy = reader.ReadText(),
            Reason = reader.ReadText(),
            SupersededBy = reader.ReadNumber() is var successor and > 0 ? (long)successor : null,
            ReportTag = (mark = reader.ReadNumber()) > 1 ? mark : null,
            ResultDetail = mark == 0 ? null : reader.ReadText(),
        };
        reader.End();
        return outcome;
    }

    /// <summary>The tag of the report that ended that command; null when no signed one did, or the outcome cannot be read.</summary>
    public static ulong? TagOf(byte[]? payload, long sourceNo, long seq)
    {
        try
        {
            return Decode(payload, sourceNo, seq).ReportTag;
        }
        catch (UnreadableRowException)
        {
            return null;
        }
    }
}
