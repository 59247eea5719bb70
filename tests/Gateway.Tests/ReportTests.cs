using CommandBroker.Contracts;
using CommandBroker.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class ReportTests
{
    private const string Path = "/v3/sources/s1/command_result";
    private const string Good = """{"command_name":"START","result":"success","result_detail":{}}""";

    [Theory]
    [InlineData("/v3/sources/s1/command_result")]
    [InlineData("/v1/sms/sources/s1/command_result")]
    public async Task Report_reaches_the_queue_and_is_answered_with_an_empty_object(string path)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = (await host.SendAsync("POST", path, Good, headers: ("X-Command-Id", "17"))).IsStamped();
        Assert.Equal((200, "{}"), (answer.Status, answer.Body));
        Assert.Equal(
            new ReportCall { Name = "START", Result = ReportResult.Success, ResultDetail = "{}", Seq = 17, Actor = "agent" },
            Assert.Single(host.Grains.Servers["s1"].Reports));
    }

    [Theory]
    [InlineData("""{ "b" : 1.50,"a":[ null ]}""")]
    [InlineData("\"a \\u00e9 string, as the vendor's samples send it\"")]
    [InlineData("null")]
    [InlineData("12.30")]
    [InlineData("[]")]
    [InlineData("\"é😀\"")]
    [InlineData("\"\\u0000 \\ud800\"")]
    public async Task Result_detail_is_any_value_and_kept_byte_for_byte(string detail)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = await host.SendAsync("POST", Path, $$"""{"x":[{}],"result_detail": {{detail}} ,"result":"fail","command_name":"STOP"}""");
        Assert.Equal(200, answer.Status);
        ReportCall call = Assert.Single(host.Grains.Servers["s1"].Reports);
        Assert.Equal(("STOP", ReportResult.Fail, detail, null), (call.Name, call.Result, call.ResultDetail, call.Seq));
    }

    [Theory]
    [InlineData("SMS.6010", "x")]
    [InlineData("SMS.6010", "{\"command_name\":START}")]
    [InlineData("SMS.6010", Good + "x")]
    [InlineData("SMS.6010", Good + Good)]
    [InlineData("SMS.6010", """{"command_name":"\ud800","result":"success","result_detail":{}}""")]
    [InlineData("SMS.6010", """{"\ud800":1,"command_name":"START","result":"success","result_detail":{}}""")]
    [InlineData("SMS.6011", "[]")]
    [InlineData("SMS.6011", "null")]
    [InlineData("SMS.6011", "12")]
    [InlineData("SMS.6011", "\"START\"")]
    [InlineData("SMS.6011", """{"command_name":"START","result":"success","result_detail":{},"result":"fail"}""")]
    [InlineData("SMS.6012", "")]
    [InlineData("SMS.6012", " \r\n\t")]
    [InlineData("SMS.6013", "{")]
    [InlineData("SMS.6013", """{"command_name":"STA""")]
    [InlineData("SMS.6013", """{"command_name":"START","result":"success","result_detail":{"a":[1""")]
    [InlineData("SMS.6013", """{"command_name":"START","result":"success","result_detail":{}""")]
    [InlineData("SMS.6020", "{}")]
    [InlineData("SMS.6020", """{"result":"success","result_detail":{}}""")]
    [InlineData("SMS.6020", """{"command_name":7,"result":"success","result_detail":{}}""")]
    [InlineData("SMS.6020", """{"command_name":null,"result":"success","result_detail":{}}""")]
    [InlineData("SMS.6020", """{"command_name":{"a":"b"},"result":"success","result_detail":{}}""")]
    [InlineData("SMS.6020", """{"command_name":"","result":"success","result_detail":{}}""")]
    [InlineData("SMS.6020", """{"command_name":"a\u0000b","result":"success","result_detail":{}}""")]
    [InlineData("SMS.6022", """{"command_name":"START","result_detail":{}}""")]
    [InlineData("SMS.6022", """{"command_name":"START","result":"SUCCESS","result_detail":{}}""")]
    [InlineData("SMS.6022", """{"command_name":"START","result":null,"result_detail":{}}""")]
    [InlineData("SMS.6022", """{"command_name":"START","result":1,"result_detail":{}}""")]
    [InlineData("SMS.6022", """{"command_name":"START","result":["success"],"result_detail":{}}""")]
    [InlineData("SMS.6023", """{"command_name":"START","result":"success"}""")]
    public async Task Faulty_body_gets_the_code_of_its_fault(string code, string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.SendAsync("POST", Path, body)).IsVendorError(400, code);
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Theory]
    [InlineData("SMS.6015", null)]
    [InlineData("SMS.6016", "text/plain")]
    [InlineData("SMS.6016", "application/jsonx")]
    [InlineData("SMS.6016", "application/x-www-form-urlencoded")]
    public async Task Content_type_must_be_json(string code, string? contentType)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.SendAsync("POST", Path, Good, contentType: contentType)).IsVendorError(400, code);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("Application/JSON")]
    public async Task Charset_parameter_is_accepted(string contentType)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Assert.Equal(200, (await host.SendAsync("POST", Path, Good, contentType: contentType)).Status);
    }

    [Theory]
    [InlineData(64, 200)]
    [InlineData(65, 400)]
    public async Task Nesting_is_bounded(int depth, int status)
    {
        // The report's own object is the first level.
        string detail = new string('[', depth - 1) + new string(']', depth - 1);
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = await host.SendAsync("POST", Path, $$"""{"command_name":"START","result":"success","result_detail":{{detail}}}""");
        Assert.Equal(status, answer.Status);
        if (status == 400)
        {
            answer.IsVendorError(400, "SMS.6010");
        }
    }

    [Theory]
    [InlineData(255, 200)]
    [InlineData(256, 400)]
    public async Task Command_name_has_at_most_255_characters(int length, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = await host.SendAsync(
            "POST", Path, """{"command_name":"NAME","result":"success","result_detail":{}}""".Replace("NAME", new string('n', length), StringComparison.Ordinal));
        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(200, "d")]
    [InlineData(201, "d")]
    [InlineData(5_000, "\\\"")]
    [InlineData(5_000, "ß€\ud83d\ude00")]
    public async Task Longer_result_detail_is_cut_and_says_so_and_the_report_counts(int bytes, string filling)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1"), new() { ["Gateway:MaxResultDetailBytes"] = "200" });
        string text = string.Concat(Enumerable.Repeat(filling, bytes - 2));
        string detail = $"\"{(filling == "d" ? text : text[..(text.Length / filling.Length * filling.Length)])}\"";
        string body = $$"""{"command_name":"START","result":"success","result_detail":{{detail}}}""";

        Assert.Equal(200, (await host.SendAsync("POST", Path, body)).Status);
        Assert.Equal(200, (await host.SendAsync("POST", Path, body)).Status);
        string[] kept = [.. host.Grains.Servers["s1"].Reports.Select(report => report.ResultDetail)];
        Assert.Equal(kept[0], kept[1]);
        if (bytes == 200)
        {
            Assert.Equal(detail, kept[0]);
            return;
        }

        byte[] whole = System.Text.Encoding.UTF8.GetBytes(detail);
        using var read = System.Text.Json.JsonDocument.Parse(kept[0]);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(kept[0]) <= 200);
        Assert.True(read.RootElement.GetProperty("cut").GetBoolean());
        Assert.Equal(whole.Length, read.RootElement.GetProperty("bytes").GetInt32());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(whole)), read.RootElement.GetProperty("sha256").GetString());
        string begin = read.RootElement.GetProperty("begin").GetString()!;
        Assert.NotEmpty(begin);
        Assert.StartsWith(begin, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Byte_order_mark_before_a_report_is_passed_over()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Assert.Equal(200, (await host.SendAsync("POST", Path, "\ufeff" + Good)).Status);
        Assert.Single(host.Grains.Servers["s1"].Reports);
    }

    [Theory]
    [InlineData(1_024, 200)]
    [InlineData(1_025, 400)]
    public async Task Body_is_bounded(int bytes, int status)
    {
        var log = new RecordingLoggerProvider();
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1"),
            new() { ["Gateway:MaxBodyBytes"] = "1024" },
            services: services => services.AddSingleton<ILoggerProvider>(log));
        Answer answer = await host.SendAsync("POST", Path, Good.PadRight(bytes));
        Assert.Equal(status, answer.Status);
        if (status == 400)
        {
            answer.IsVendorError(400, "SMS.6014");
        }

        // Nothing else says why its command ends without a report.
        Assert.Equal(status == 400, log.Lines.Any(line => line.Contains("/s1 is refused", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task Command_id_must_be_a_number(string commandId)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.SendAsync("POST", Path, Good, headers: ("X-Command-Id", commandId))).IsVendorError(400, "SMS.9001");
    }

    [Theory]
    [InlineData(ReportReplyStatus.Ended, 200, null)]
    [InlineData(ReportReplyStatus.Repeated, 200, null)]
    [InlineData(ReportReplyStatus.KeptAsStray, 200, null)]
    [InlineData(ReportReplyStatus.NotedOnCancelled, 200, null)]
    [InlineData(ReportReplyStatus.NotOutstanding, 400, "SMS.6021")]
    [InlineData(ReportReplyStatus.Contradicting, 400, "SMS.6021")]
    [InlineData(ReportReplyStatus.UnknownSourceServer, 404, "SMS.7602")]
    public async Task What_a_report_met_becomes_a_status(ReportReplyStatus met, int status, string? code)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1").Report = _ => met);
        Answer answer = await host.SendAsync("POST", Path, Good);
        Assert.Equal(status, answer.Status);
        if (code is not null)
        {
            answer.IsVendorError(status, code);
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    public async Task Only_POST_reports(string method)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Answer answer = await host.SendAsync(method, Path);
        Assert.Equal((405, "POST"), (answer.Status, string.Join(',', answer.ContentHeaders.Allow)));
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }

    [Fact]
    public async Task Unregistered_source_server_is_unknown()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync("POST", Path, Good)).IsVendorError(404, "SMS.7602");
        Assert.Equal(0, host.Grains.ReferenceCount);
    }
}
