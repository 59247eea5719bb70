using System.Security.Cryptography;
using CommandBroker.Identity.Signatures;

namespace CommandBroker.Identity.Tests.Signatures;

public sealed class ReplayGuardTests
{
    private static readonly DateTimeOffset Now = TestRequest.SignedAt;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    [Fact]
    public void A_signature_is_accepted_once()
    {
        var guard = new ReplayGuard(new ReplayGuardOptions(), new SignatureOptions());

        Assert.True(guard.TryAccept(Signature(1), Now, Now));
        Assert.False(guard.TryAccept(Signature(1), Now, Now));
        Assert.True(guard.TryAccept(Signature(2), Now, Now));
        Assert.Equal(2, guard.Count);
    }

    [Fact]
    public void It_is_remembered_as_long_as_its_date_is_good_and_forgotten_after()
    {
        var guard = new ReplayGuard(new ReplayGuardOptions(), new SignatureOptions());
        DateTimeOffset ahead = Now + Skew;
        guard.TryAccept(Signature(1), ahead, Now);

        Assert.False(guard.TryAccept(Signature(1), ahead, ahead + Skew));
        Assert.True(guard.TryAccept(Signature(1), ahead, ahead + Skew + TimeSpan.FromTicks(1)));
        Assert.Equal(1, guard.Count);
        Assert.Equal(0, guard.ForgottenEarlyCount);
    }

    [Fact]
    public void Memory_is_bounded_and_what_was_forgotten_early_is_counted()
    {
        const int Limit = 1_600;
        var guard = new ReplayGuard(new ReplayGuardOptions { MaxSignatureCount = Limit }, new SignatureOptions());
        for (int i = 0; i < 10 * Limit; i++)
        {
            Assert.True(guard.TryAccept(Signature(i), Now, Now));
        }

        Assert.Equal(Limit, guard.Count);
        Assert.Equal(9 * Limit, guard.ForgottenEarlyCount);
        Assert.False(guard.TryAccept(Signature((10 * Limit) - 1), Now, Now));
    }

    [Fact]
    public void Of_many_callers_with_one_signature_one_is_accepted()
    {
        var guard = new ReplayGuard(new ReplayGuardOptions(), new SignatureOptions());
        int accepted = 0;
        Parallel.For(0, 8_000, i =>
        {
            if (guard.TryAccept(Signature(i % 1_000), Now, Now))
            {
                Interlocked.Increment(ref accepted);
            }
        });

        Assert.Equal(1_000, accepted);
    }

    [Fact]
    public void A_request_that_is_sent_again_with_a_slash_more_has_the_same_signature()
    {
        TestRequest signed = new TestRequest { Method = "POST" }.Sign();

        Assert.True((signed with { Target = signed.Target + "/" }).Verify().IsValid);
        AuthorizationHeader.TryParse(signed.Authorization, out AuthorizationHeader authorization, out _);
        byte[] signature = new byte[32];
        authorization.CopySignatureTo(signature);
        var guard = new ReplayGuard(new ReplayGuardOptions(), new SignatureOptions());
        Assert.True(guard.TryAccept(signature, TestRequest.SignedAt, Now));
        Assert.False(guard.TryAccept(signature, TestRequest.SignedAt, Now));
    }

    [Fact]
    public void A_repeat_has_the_tag_of_the_first_and_is_told_from_one_that_was_answered()
    {
        var guard = new ReplayGuard(new ReplayGuardOptions(), new SignatureOptions());

        Assert.Equal((ReplayVerdict.First, 0), Accept(guard, 1, tag: 4));
        Assert.Equal((ReplayVerdict.Repeated, 0), Accept(guard, 1, tag: 4));
        Assert.Equal((ReplayVerdict.Changed, 0), Accept(guard, 1, tag: 8));
        guard.NoteAnswered(Signature(1), 1);
        Assert.Equal((ReplayVerdict.Answered, 1), Accept(guard, 1, tag: 4));
        Assert.Equal((ReplayVerdict.Changed, 0), Accept(guard, 1, tag: 8));
        guard.NoteAnswered(Signature(1), 2);
        Assert.Equal((ReplayVerdict.Answered, 2), Accept(guard, 1, tag: 4));
        guard.NoteAnswered(Signature(2), 3);
        Assert.Equal((ReplayVerdict.First, 0), Accept(guard, 2, tag: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => guard.NoteAnswered(Signature(2), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => guard.NoteAnswered(Signature(2), ReplayGuard.MaxAnswer + 1));
    }

    private static (ReplayVerdict Verdict, int Answer) Accept(ReplayGuard guard, int signature, ulong tag) =>
        (guard.Accept(Signature(signature), tag, Now, Now, out int answer), answer);

    private static byte[] Signature(int number) => SHA256.HashData(BitConverter.GetBytes(number));
}
