using System.Text.Json;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads a change of a source server: any of the members that the vendor's API page names. A member of null is not sent.</summary>
internal static class UpdateBody
{
    private const int MaxProjectIdLength = 255;
    private const string ProjectMember = "migprojectid";

    private static readonly (string Name, JsonValueKind Kind, string What)[] Members =
    [
        (ProjectMember, JsonValueKind.String, $"a string of at most {MaxProjectIdLength} characters"),
        ("disks", JsonValueKind.Array, "an array"),
        ("volume_groups", JsonValueKind.Array, "an array"),
    ];

    /// <summary>Reads it. Other members are passed over, as the vendor does.</summary>
    public static (VendorError? Error, SourceServerChange? Change) Read(JsonElement body)
    {
        string? name = null;
        if (IsSent(body, "name"))
        {
            (VendorError? error, name) = RegisterBody.ReadName(body);
            if (error is not null)
            {
                return (error, null);
            }
        }

        (string Name, JsonValueKind Kind, string What)[] sent = [.. Members.Where(member => IsSent(body, member.Name))];
        foreach ((string member, JsonValueKind kind, string what) in sent)
        {
            JsonElement value = body.GetProperty(member);
            if (value.ValueKind != kind || (member == ProjectMember && value.GetString()!.Length > MaxProjectIdLength))
            {
                return (VendorErrors.Invalid($"{member} must be {what}."), null);
            }

            if (!StorableJson.IsStorable(value.GetRawText()))
            {
                return (VendorErrors.Invalid($"{member} {StorableText.Fault}"), null);
            }
        }

        string? members = sent.Length == 0 ? null : RegisterBody.Select(body, wanted => sent.Any(member => member.Name == wanted));
        return (null, new SourceServerChange { Name = name, Members = members });
    }

    private static bool IsSent(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
}
