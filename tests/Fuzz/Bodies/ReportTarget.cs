using System.Text.Json;
using System.Text.Unicode;
using CommandBroker.Core;
using CommandBroker.Gateway.Commands;
using CommandBroker.Gateway.Vendor;

namespace CommandBroker.Fuzz.Bodies;

/// <summary>The body of a <c>command_result</c>. What is read is within its limits, and a detail is the JSON that was sent.</summary>
internal static class ReportTarget
{
    private const int MaxDetailBytes = 1_024;

    public static FuzzTarget Target { get; } = new("report", [.. JsonWords.All, "\"command_name\":", "\"result\":", "\"result_detail\":", "\"success\"", "\"fail\""], Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        // What the endpoint refuses before it reads.
        if (input.Trim(" \t\r\n"u8).IsEmpty || !Utf8.IsValid(input))
        {
            return "NoText";
        }

        VendorError? error = ReportReader.Read(input, MaxDetailBytes, out Report? report);
        if (error is not null)
        {
            return report is null ? error.Code : throw new FuzzException("Refused, and read.");
        }

        using JsonDocument detail = JsonDocument.Parse(report!.ResultDetail);
        return report.Name.Length is > 0 and <= Command.MaxNameLength && report.Result is (ReportResult.Success or ReportResult.Fail) && report.ResultDetail.Length <= MaxDetailBytes
            ? "Read"
            : throw new FuzzException("A report beyond its limits was read.");
    }
}
