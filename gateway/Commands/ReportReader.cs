using System.Text;
using System.Text.Json;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Gateway.Commands;

/// <summary>
/// Reads a report's body. Unknown members are passed over. A member that is named twice is refused (SMS.6011): which of the two the
/// agent meant is not for us to guess. A value of the wrong type gets the code of its member.
/// </summary>
internal static class ReportReader
{
    /// <summary>The deepest nesting, as everywhere in the vendor's API.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads a body that is not empty and valid UTF-8.</summary>
    /// <returns>The fault, or null and the report.</returns>
    public static VendorError? Read(ReadOnlySpan<byte> utf8, int maxResultDetailBytes, out Report? report)
    {
        report = null;
        try
        {
            // Not final: what ends too early can be told from what is broken.
            var reader = new Utf8JsonReader(utf8, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
            if (utf8.TrimStart(" \t\r\n"u8)[0] != '{')
            {
                return CheckOtherValue(utf8);
            }

            reader.Read();
            return ReadMembers(ref reader, utf8, maxResultDetailBytes, out report);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string whose escapes are half a surrogate pair.
            report = null;
            return VendorErrors.NotJson;
        }
    }

    private static VendorError? ReadMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, int maxResultDetailBytes, out Report? report)
    {
        report = null;
        string? name = null;
        ReportResult result = 0;
        (int Start, int End) detail = default;
        bool hasName = false, hasResult = false, hasDetail = false;
        while (true)
        {
            if (!reader.Read())
            {
                return VendorErrors.CutBody;
            }

            if (reader.TokenType == JsonTokenType.EndObject)
            {
                break;
            }

            Member member = Identify(ref reader);
            if (!reader.Read())
            {
                return VendorErrors.CutBody;
            }

            int start = (int)reader.TokenStartIndex;
            if ((member == Member.Name && hasName) || (member == Member.Result && hasResult) || (member == Member.Detail && hasDetail))
            {
                return VendorErrors.WrongShape;
            }

            switch (member)
            {
                case Member.Name:
                    hasName = true;
                    name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    break;
                case Member.Result:
                    hasResult = true;
                    result = ReadResult(ref reader);
                    break;
            }

            if (!reader.TrySkip())
            {
                return VendorErrors.CutBody;
            }

            if (member == Member.Detail)
            {
                hasDetail = true;
                detail = (start, (int)reader.BytesConsumed);
            }
        }

        // Only white space may follow; the reader throws on anything else.
        reader.Read();
        if (name is not { Length: > 0 and <= Command.MaxNameLength } || !StorableText.IsStorable(name))
        {
            return VendorErrors.NoCommandName;
        }

        if (result == 0)
        {
            return VendorErrors.NoResult;
        }

        if (!hasDetail)
        {
            return VendorErrors.NoResultDetail;
        }

        // The work is done, however long the agent's words about it: refusing them would have it done again.
        ReadOnlySpan<byte> whole = utf8[detail.Start..detail.End];
        report = new Report(name, result, whole.Length > maxResultDetailBytes ? CutDetail.Of(whole, maxResultDetailBytes) : Encoding.UTF8.GetString(whole));
        return null;
    }

    private static Member Identify(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("command_name"u8) ? Member.Name
        : reader.ValueTextEquals("result"u8) ? Member.Result
        : reader.ValueTextEquals("result_detail"u8) ? Member.Detail
        : Member.Unknown;

    private static ReportResult ReadResult(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? 0
        : reader.ValueTextEquals("success"u8) ? ReportResult.Success
        : reader.ValueTextEquals("fail"u8) ? ReportResult.Fail
        : 0;

    private static VendorError CheckOtherValue(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
        }

        return VendorErrors.WrongShape;
    }

    private enum Member
    {
        Unknown,
        Name,
        Result,
        Detail,
    }
}
