using System.Text.Json;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Sources;

/// <summary>Reads the ids of a batch delete.</summary>
internal static class DeleteBody
{
    private const int MaxCount = 1_000;

    /// <summary>Reads them; one that is no id refuses the whole batch before anything is deleted.</summary>
    public static (VendorError? Error, ServerId[]? Ids) Read(JsonElement body)
    {
        if (!body.TryGetProperty("ids"u8, out JsonElement list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 or > MaxCount)
        {
            return (VendorErrors.Invalid($"ids must be an array of 1 to {MaxCount} ids."), null);
        }

        var ids = new List<ServerId>(list.GetArrayLength());
        foreach (JsonElement element in list.EnumerateArray())
        {
            string? text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
            if (!ServerId.TryParse(text, out ServerId id))
            {
                return (VendorErrors.Invalid(ServerId.Describe(text)), null);
            }

            ids.Add(id);
        }

        return (null, [.. ids]);
    }
}
