using System.Globalization;
using System.Text.Json;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Wire;

/// <summary>Between enqueues on the wire and the contracts. Limits are the queue's; here it is only said what cannot be read.</summary>
public static class EnqueueMap
{
    /// <summary>Reads a request.</summary>
    /// <param name="request">What came.</param>
    /// <param name="idempotencyKey">From the header; the member of the same name counts when it is null.</param>
    /// <exception cref="BrokerException">InvalidArgument: something needed is missing or cannot be read.</exception>
    public static EnqueueCall ToCall(this EnqueueBody request, string? idempotencyKey = null)
    {
        RawJson param = request.CommandParam is null or { Text: "null" } ? RawJson.EmptyObject : request.CommandParam;
        if (!param.IsObject)
        {
            throw Invalid("command_param is no JSON object; an object is needed, as in {\"task_id\":\"t-1\"}.");
        }

        return new EnqueueCall
        {
            Name = request.CommandName ?? throw Invalid("command_name is missing; 1 to 255 characters are needed."),
            Param = param.Text,
            IdempotencyKey = idempotencyKey ?? request.IdempotencyKey,
            Priority = request.Priority ?? 0,
            TimeToLive = ReadTimeToLive(request.TimeToLive),
            NotBeforeAt = ReadNotBefore(request.NotBefore),
            SupersedesTask = request.Supersede ?? false,
        };
    }

    /// <summary>Reads a request whose path names the source server and whose header names the key: neither may be in the body, where it would not count.</summary>
    /// <param name="request">What came.</param>
    /// <param name="idempotencyKey">From the header; null when it was not sent.</param>
    /// <exception cref="BrokerException">InvalidArgument: something needed is missing, cannot be read, or belongs elsewhere.</exception>
    public static EnqueueCall ToCallOfPath(this EnqueueBody request, string? idempotencyKey) => request switch
    {
        { ServerId: not null } => throw Invalid("server_id is no member here; the path names the source server."),
        { IdempotencyKey: not null } => throw Invalid("idempotency_key is no member here; the header Idempotency-Key takes it."),
        _ => request.ToCall(idempotencyKey),
    };

    /// <summary>Writes a request; server and key only when they are given, as a line needs them.</summary>
    public static EnqueueBody ToWire(this EnqueueCall call, string? serverId = null, string? idempotencyKey = null) => new()
    {
        ServerId = serverId,
        CommandName = call.Name,
        CommandParam = call.Param == "{}" ? null : new RawJson(call.Param),
        Priority = call.Priority == 0 ? null : call.Priority,
        TimeToLive = call.TimeToLive is { } timeToLive ? DurationText.Format(timeToLive) : null,
        NotBefore = call.NotBeforeAt is { } instant ? InstantText.Format(instant) : null,
        Supersede = call.SupersedesTask ? true : null,
        IdempotencyKey = idempotencyKey,
    };

    /// <summary>Writes the answer to one enqueue that was accepted.</summary>
    public static EnqueueAnswer ToWire(this EnqueueReply reply, string serverId) => new()
    {
        CommandId = reply.Seq.ToString(CultureInfo.InvariantCulture),
        ServerId = serverId,
        WasThere = reply.WasThere,
    };

    /// <summary>Writes the answer to one line.</summary>
    public static EnqueueLineAnswer ToLine(this EnqueueReply reply, long line, string? serverId) => reply.Error is { } reason
        ? new EnqueueLineAnswer { Line = line, ServerId = serverId, Error = new BrokerException(reason, reply.Message ?? WireName.Of(reason)).ToWire() }
        : new EnqueueLineAnswer { Line = line, ServerId = serverId, CommandId = reply.Seq.ToString(CultureInfo.InvariantCulture), WasThere = reply.WasThere };

    /// <summary>Reads the answer to one line.</summary>
    public static EnqueueReply ToReply(this EnqueueLineAnswer answer) => answer.Error is { } error
        ? new EnqueueReply { Error = error.Reason, Message = error.Message }
        : new EnqueueReply { Seq = CommandIdText.Parse(answer.CommandId), WasThere = answer.WasThere ?? false };

    /// <summary>Writes why a line was refused.</summary>
    public static ErrorRecord ToWire(this BrokerException refused) =>
        new() { Reason = refused.Reason, Message = refused.Message, Transient = refused.IsTransient };

    private static TimeSpan? ReadTimeToLive(string? text) => text is null ? null
        : DurationText.TryParse(text, out TimeSpan timeToLive) ? timeToLive
        : throw Invalid($"time_to_live is {Quote(text)}; a whole number and s, m, h or d is allowed, from 1s to 3650d, as in 90s.");

    private static DateTimeOffset? ReadNotBefore(string? text) => text is null ? null
        : InstantText.TryParse(text, out DateTimeOffset instant) ? instant
        : throw Invalid($"not_before is {Quote(text)}; RFC 3339 with an offset is allowed, as in 2026-03-01T12:00:00Z.");

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text.Length > 40 ? text[..40] : text)}\"";

    private static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);
}
