using CommandBroker.Core;
using CommandBroker.Storage.Payloads;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class CommandPayloadTests
{
    [Fact]
    public void Everything_fixed_at_the_enqueue_round_trips()
    {
        Command command = Samples.Full(42);

        Command decoded = CommandPayload.Decode(CommandPayload.Encode(command), 1, 42);

        Assert.Equal(command with { RedriveCount = 0, DeliveryCount = 0, DeliveredAt = null, OvertakenBy = null }, decoded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-100)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Any_priority_round_trips(int priority)
    {
        Command command = Samples.Pending(1) with { Priority = priority };

        Assert.Equal(command, CommandPayload.Decode(CommandPayload.Encode(command), 1, 1));
    }

    [Fact]
    public void An_empty_text_is_not_a_missing_one()
    {
        Command command = Samples.Pending(1, key: "") with { TaskId = "" };

        Assert.Equal(command, CommandPayload.Decode(CommandPayload.Encode(command), 1, 1));
    }

    [Fact]
    public void A_parameter_of_64_kibibytes_round_trips()
    {
        Command command = Samples.Pending(1) with { Param = new string('ü', 32_768) };

        Assert.Equal(command, CommandPayload.Decode(CommandPayload.Encode(command), 1, 1));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_instead_of_replaced() =>
        Assert.ThrowsAny<ArgumentException>(() => CommandPayload.Encode(Samples.Pending(1) with { Param = "\ud800" }));

    [Fact]
    public void Null_is_refused_and_the_message_names_the_command()
    {
        var refused = Assert.Throws<UnreadableRowException>(() => CommandPayload.Decode(null, 7, 42));

        Assert.Equal("The payload of command 42 of source server number 7 cannot be read: it is NULL.", refused.Message);
    }

    [Fact]
    public void A_newer_version_is_refused_and_the_message_says_both_versions()
    {
        byte[] payload = CommandPayload.Encode(Samples.Full(1));
        payload[0] = 2;

        var refused = Assert.Throws<UnreadableRowException>(() => CommandPayload.Decode(payload, 7, 42));

        Assert.EndsWith("it is of version 2, this release understands version 1.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused() =>
        Damage.AssertEveryTruncationIsRefused(CommandPayload.Encode(Samples.Full(1)), payload => CommandPayload.Decode(payload, 1, 1));

    [Fact]
    public void Every_flipped_bit_is_refused() =>
        Damage.AssertEveryFlippedBitIsRefused(CommandPayload.Encode(Samples.Full(1)), payload => CommandPayload.Decode(payload, 1, 1));
}
