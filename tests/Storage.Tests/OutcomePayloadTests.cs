using CommandBroker.Core;
using CommandBroker.Storage.Payloads;
using Xunit;

namespace CommandBroker.Storage.Tests;

public sealed class OutcomePayloadTests
{
    private static readonly Outcome Full = Samples.Ended(Samples.Full(1)).Outcome! with { ReportTag = 0x7FFF_FFFF_FFFF_FFFE };

    [Fact]
    public void Every_member_round_trips() => Assert.Equal(Full, OutcomePayload.Decode(OutcomePayload.Encode(Full), 1, 1));

    [Fact]
    public void Missing_members_stay_missing()
    {
        Outcome bare = Full with { SupersededBy = null, Result = null, ResultDetail = null, ReportTag = null };

        Assert.Equal(bare, OutcomePayload.Decode(OutcomePayload.Encode(bare), 1, 1));
    }

    [Fact]
    public void A_detail_without_a_tag_round_trips()
    {
        Outcome unsigned = Full with { ReportTag = null };

        Assert.Equal(unsigned, OutcomePayload.Decode(OutcomePayload.Encode(unsigned), 1, 1));
    }

    [Fact]
    public void Null_is_refused() => Assert.Throws<UnreadableRowException>(() => OutcomePayload.Decode(null, 1, 1));

    [Fact]
    public void Every_truncation_is_refused() =>
        Damage.AssertEveryTruncationIsRefused(OutcomePayload.Encode(Full), payload => OutcomePayload.Decode(payload, 1, 1));

    [Fact]
    public void Every_flipped_bit_is_refused() =>
        Damage.AssertEveryFlippedBitIsRefused(OutcomePayload.Encode(Full), payload => OutcomePayload.Decode(payload, 1, 1));
}
