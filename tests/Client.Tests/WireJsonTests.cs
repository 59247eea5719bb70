using System.Text;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class WireJsonTests
{
    [Theory]
    [InlineData("""{"task_id":"t-1"}""")]
    [InlineData("""{ "n" : 1.50e+02,	"same":1,"same":2, "u":"\u00e4ä\/" }""")]
    [InlineData("{\n  \"deep\": [[], {\"x\": null}]\n}")]
    public void Parameters_and_details_pass_both_ways_byte_for_byte(string text)
    {
        CommandView view = Samples.Command(7) with { Param = text, ResultDetail = text };

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(view.ToWire(), WireJson.Default.CommandRecord);
        CommandView back = JsonSerializer.Deserialize(json, WireJson.Default.CommandRecord)!.ToView();

        Assert.Contains($"\"command_param\":{text}", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equal(view, back);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("17")]
    public void A_detail_may_be_any_value_and_null_is_one(string detail)
    {
        CommandView view = Samples.Command(7) with { ResultDetail = detail };

        string json = JsonSerializer.Serialize(view.ToWire(), WireJson.Default.CommandRecord);

        Assert.Equal(detail, JsonSerializer.Deserialize(json, WireJson.Default.CommandRecord)!.ToView().ResultDetail);
    }

    [Fact]
    public void Every_member_of_a_command_passes_both_ways()
    {
        CommandView view = Samples.Command(9_007_199_254_740_993, 5, CommandState.DeadLettered) with
        {
            TaskId = "t",
            Priority = -3,
            NotBeforeAt = Samples.Noon.AddTicks(1),
            ExpiresAt = Samples.Noon.AddHours(1),
            IdempotencyKey = "k",
            DeliveryCount = 2,
            RedriveCount = 1,
            DeliveredAt = Samples.Noon,
            LeasedUntil = Samples.Noon,
            WaitsFor = "for a poll",
            WaitsUntil = Samples.Noon,
            EndedAt = Samples.Noon,
            EndedBy = "broker",
            EndReason = "used up",
            SupersededBy = 12,
            Result = ReportResult.Fail,
            ResultDetail = "{}",
        };

        string json = JsonSerializer.Serialize(view.ToWire(), WireJson.Default.CommandRecord);

        Assert.Equal(view, JsonSerializer.Deserialize(json, WireJson.Default.CommandRecord)!.ToView());
        Assert.Contains("\"command_id\":\"9007199254740993\"", json, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"dead_lettered\"", json, StringComparison.Ordinal);
        Assert.Contains("\"not_before\":\"2026-03-01T12:00:00.0000001Z\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_members_are_not_written() =>
        Assert.Equal(
            """{"command_id":"1","server_id":"web-1","command_name":"START","command_param":{},"state":"pending","priority":0,"enqueued_at":"2026-03-01T12:00:00Z","enqueued_by":"me","version":1,"delivery_count":0,"redrive_count":0}""",
            JsonSerializer.Serialize(Samples.Command(1).ToWire(), WireJson.Default.CommandRecord));

    [Theory]
    [InlineData("\"Queue\"", "\"Queue\"")]
    [InlineData("0", "a number")]
    [InlineData("\"0\"", "\"0\"")]
    public void An_enum_is_read_by_its_wire_name_only_and_the_names_are_told(string mode, string found)
    {
        BrokerException fault = Assert.Throws<BrokerException>(
            () => WireReader.Read(Encoding.UTF8.GetBytes($$"""{"delivery_mode":{{mode}}}"""), WireJson.Default.SettingsRecord));

        Assert.Equal($"delivery_mode is {found}; one of queue, sequential, at_most_once is allowed.", fault.Message);
    }

    [Theory]
    [InlineData("""{"name":"x","roles":"agent"}""", "roles is a string; an array of agent, operator, auditor, admin is allowed.")]
    [InlineData("""{"name":"x","roles":[1]}""", "roles is an array of something else; an array of agent, operator, auditor, admin is allowed.")]
    [InlineData("""{"name":"x","roles":[],"password":12345678}""", "password is a number; a string is allowed.")]
    [InlineData("""{"name":"x","roles":[],"domain_wide":1}""", "domain_wide is a number; true or false is allowed.")]
    public void A_value_of_another_type_is_told_without_a_type_of_the_program_and_without_a_secret(string json, string message) =>
        Assert.Equal(message, Assert.Throws<BrokerException>(() => WireReader.Read(Encoding.UTF8.GetBytes(json), WireJson.Strict.NewPrincipal)).Message);

    [Fact]
    public void A_message_calls_a_state_by_its_wire_name() =>
        Assert.All(Enum.GetValues<CommandState>(), state => Assert.Equal(WireName.Of(state), StateWords.Of(state)));

    [Fact]
    public void Every_name_of_every_enum_is_read_back()
    {
        AllNames<CommandState>();
        AllNames<DeliveryMode>();
        AllNames<ReportResult>();
        AllNames<StrayReason>();
        AllNames<BrokerErrorReason>();
        Assert.Equal("queue, sequential, at_most_once", WireName.All<DeliveryMode>());

        static void AllNames<T>()
            where T : struct, Enum => Assert.All(Enum.GetValues<T>(), value =>
        {
            Assert.True(WireName.TryParse(WireName.Of(value), out T back));
            Assert.Equal(value, back);
        });
    }

    [Fact]
    public void A_source_server_keeps_what_its_agent_registered()
    {
        var view = new SourceServerView
        {
            ServerId = "web-1",
            Name = "web",
            OsType = "LINUX",
            Details = """{"ip":"10.0.0.1","networks":[1]}""",
            RegisteredAt = Samples.Noon,
            QuarantineReason = "row 7",
        };

        string json = JsonSerializer.Serialize(view.ToWire(withReason: true), WireJson.Default.SourceServerRecord);

        Assert.Equal(view, JsonSerializer.Deserialize(json, WireJson.Default.SourceServerRecord)!.ToView());
    }

    [Fact]
    public void Details_cannot_shadow_what_the_broker_says()
    {
        var view = new SourceServerView
        {
            ServerId = "web-1", Name = "web", OsType = "LINUX", Details = """{"id":"other","state":"error","connected":true}""", RegisteredAt = Samples.Noon,
        };

        SourceServerRecord record = view.ToWire(withReason: false);

        Assert.Equal("web-1", record.Id);
        Assert.Empty(record.Details!);
    }
}
