using System.Buffers;
using System.Text;
using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client.Wire;

/// <summary>Between source servers on the wire and the contracts.</summary>
public static class SourceServerMap
{
    private static readonly HashSet<string> OwnMembers =
        ["id", "name", "os_type", "state", "error_msg", "connected", "last_visit_time", "register_time", "add_date"];

    /// <summary>Writes a source server.</summary>
    /// <param name="view">The source server.</param>
    /// <param name="withReason">Whether the reader may see why it is quarantined: operators may, agents may not.</param>
    public static SourceServerRecord ToWire(this SourceServerView view, bool withReason) => new()
    {
        Id = view.ServerId,
        Name = view.Name,
        OsType = view.OsType,
        State = view.QuarantineReason is null ? SourceServerRecord.WaitingState : SourceServerRecord.ErrorState,
        ErrorMsg = withReason ? view.QuarantineReason : null,
        Connected = view.Connected,
        LastVisitTime = view.LastVisitAt?.ToUnixTimeMilliseconds(),
        RegisterTime = view.RegisteredAt.ToUnixTimeMilliseconds(),
        AddDate = view.RegisteredAt.ToUnixTimeMilliseconds(),
        Details = ReadDetails(StorableJson.Mend(view.Details)),
    };

    /// <summary>Reads a source server.</summary>
    public static SourceServerView ToView(this SourceServerRecord record) => new()
    {
        ServerId = record.Id,
        Name = record.Name,
        OsType = record.OsType,
        Details = WriteObject(writer => WriteMembers(writer, record.Details)),
        RegisteredAt = DateTimeOffset.FromUnixTimeMilliseconds(record.RegisterTime ?? 0),
        LastVisitAt = record.LastVisitTime is { } visit ? DateTimeOffset.FromUnixTimeMilliseconds(visit) : null,
        Connected = record.Connected,
        QuarantineReason = record.State == SourceServerRecord.ErrorState ? record.ErrorMsg ?? "no reason given" : null,
    };

    /// <summary>Writes the body of <c>POST /v3/sources</c>: what names the source server, then its details as they are.</summary>
    /// <exception cref="BrokerException">InvalidArgument: the details are no JSON object.</exception>
    public static string ToRegisterBody(this RegisterCall call) => WriteObject(writer =>
    {
        if (call.ServerId is { } serverId)
        {
            writer.WriteString("id", serverId);
        }

        writer.WriteString("name", call.Name);
        writer.WriteString("os_type", call.OsType);
        WriteMembers(writer, ReadDetails(call.Details));
    });

    private static Dictionary<string, JsonElement> ReadDetails(string details)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(details);
            var members = new Dictionary<string, JsonElement>();
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                // What the broker itself says of a source server must not be shadowed by what its agent sent.
                if (!OwnMembers.Contains(member.Name))
                {
                    members[member.Name] = member.Value.Clone();
                }
            }

            return members;
        }
        catch (Exception found) when (found is JsonException or InvalidOperationException)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, "The source server's details are no JSON object.", found);
        }
    }

    private static string WriteObject(Action<Utf8JsonWriter> writeMembers)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void WriteMembers(Utf8JsonWriter writer, Dictionary<string, JsonElement>? members)
    {
        foreach ((string name, JsonElement value) in members ?? [])
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
