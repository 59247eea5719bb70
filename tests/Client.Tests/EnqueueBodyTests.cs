using System.Text;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using Xunit;

namespace CommandBroker.Client.Tests;

public sealed class EnqueueBodyTests
{
    [Theory]
    [InlineData("""{"command_name":"A","time_to_live":"5x"}""", "time_to_live is \"5x\"; a whole number and s, m, h or d is allowed, from 1s to 3650d, as in 90s.")]
    [InlineData("""{"command_name":"A","not_before":"2026-03-01T12:00:00"}""", "not_before is \"2026-03-01T12:00:00\"; RFC 3339 with an offset is allowed, as in 2026-03-01T12:00:00Z.")]
    [InlineData("""{"command_param":{}}""", "command_name is missing; 1 to 255 characters are needed.")]
    [InlineData("""{"command_name":"A","command_param":[]}""", "command_param is no JSON object; an object is needed, as in {\"task_id\":\"t-1\"}.")]
    [InlineData("""{"command_name":7}""", "command_name is a number; a string is allowed.")]
    [InlineData("""{"command_name":"A","time_to_live":{"s":1}}""", "time_to_live is an object; a string is allowed.")]
    [InlineData("""{"command_name":"A","priority":1.5}""", "priority is 1.5; a whole number is allowed.")]
    [InlineData("""{"command_name":"A","priority":99999999999}""", "priority is 99999999999; a number of fewer digits is allowed.")]
    [InlineData("""{"command_name":"A","priority":"high"}""", "priority is a string; a whole number is allowed.")]
    [InlineData("""{"command_name":"A","supersede":"yes"}""", "supersede is a string; true or false is allowed.")]
    [InlineData("[]", "A JSON object is needed.")]
    [InlineData("null", "null was found; a JSON object is needed.")]
    [InlineData("""{"command_name":"A",""", "It is not valid JSON: see byte 20.")]
    public void What_is_wrong_is_said_in_one_sentence(string json, string message)
    {
        BrokerException fault = Assert.Throws<BrokerException>(
            () => WireReader.Read(Encoding.UTF8.GetBytes(json), WireJson.Default.EnqueueBody).ToCall());

        Assert.Equal(BrokerErrorReason.InvalidArgument, fault.Reason);
        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public void A_call_passes_both_ways()
    {
        var call = new EnqueueCall
        {
            Name = "START",
            Param = """{ "task_id":"t"}""",
            IdempotencyKey = "k",
            Priority = 5,
            TimeToLive = TimeSpan.FromMinutes(90),
            NotBeforeAt = Samples.Noon,
            SupersedesTask = true,
        };

        Assert.Equal(call, call.ToWire("web-1", call.IdempotencyKey).ToCall());
        Assert.Equal("from-header", call.ToWire("web-1", "k").ToCall("from-header").IdempotencyKey);
    }

    [Theory]
    [InlineData("""{"command_name":"A","delay":"2s"}""", "\"delay\" is no member here; server_id, command_name, command_param, priority, time_to_live, not_before, supersede, idempotency_key are.")]
    [InlineData("""{"command_name":"A","priority":1,"priority":2}""", "\"priority\" is there twice; once is allowed.")]
    [InlineData("""{"command_name":"A","command_param":{"delay":{"delay":1}}}""", null)]
    public void What_a_caller_sends_must_be_known_and_there_once(string json, string? message)
    {
        Exception? fault = Record.Exception(() => WireReader.Read(Encoding.UTF8.GetBytes(json), WireJson.Strict.EnqueueBody));

        Assert.Equal(message, fault?.Message);
    }

    [Fact]
    public void Unknown_members_are_ignored_where_an_answer_is_read() =>
        Assert.Equal("A", WireReader.Read("""{"command_name":"A","else":1}"""u8, WireJson.Default.EnqueueBody).ToCall().Name);
}
