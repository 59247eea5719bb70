namespace CommandBroker.Gateway.Commands;

/// <summary>The members of a report.</summary>
/// <param name="Name"><c>command_name</c>.</param>
/// <param name="Result"><c>result</c>.</param>
/// <param name="ResultDetail"><c>result_detail</c>, JSON text exactly as it came, or what <see cref="CutDetail"/> keeps of it.</param>
internal sealed record Report(string Name, ReportResult Result, string ResultDetail);
