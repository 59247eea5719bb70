using System.Text;
using CommandBroker.Identity.Secrets;

namespace CommandBroker.Identity.Tests;

public sealed class SecretBoxTests
{
    private const string Owner = "access-key:ABC";
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc");
    private static readonly MasterKey Old = MasterKey.Parse(MasterKey.Create());
    private static readonly MasterKey New = MasterKey.Parse(MasterKey.Create());

    [Fact]
    public void What_was_sealed_opens_for_its_owner()
    {
        var box = new SecretBox([New]);

        SealedSecret stored = box.Seal(Secret, Owner);

        Assert.Equal(New.KeyId, stored.MasterKeyId);
        Assert.Equal(Secret, box.Open(stored, Owner));
    }

    [Fact]
    public void The_same_secret_never_looks_the_same_and_never_shows()
    {
        var box = new SecretBox([New]);

        SealedSecret[] stored = [.. Enumerable.Range(0, 100).Select(_ => box.Seal(Secret, Owner))];

        Assert.Equal(100, stored.Select(one => Convert.ToHexString(one.Bytes.AsSpan())).Distinct().Count());
        Assert.All(stored, one => Assert.True(one.Bytes.AsSpan().IndexOf(Secret.AsSpan(0, 4)) < 0));
    }

    [Fact]
    public void A_secret_moved_to_another_owner_does_not_open()
    {
        var box = new SecretBox([New]);

        Assert.Throws<UnreadableSecretException>(() => box.Open(box.Seal(Secret, Owner), "access-key:ABD"));
    }

    [Fact]
    public void Every_changed_bit_is_noticed()
    {
        var box = new SecretBox([New]);
        SealedSecret stored = box.Seal(Secret, Owner);

        for (int bit = 0; bit < stored.Bytes.Length * 8; bit++)
        {
            byte[] bytes = [.. stored.Bytes];
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<UnreadableSecretException>(() => box.Open(stored with { Bytes = [.. bytes] }, Owner));
        }
    }

    [Fact]
    public void Every_shorter_text_is_refused()
    {
        var box = new SecretBox([New]);
        SealedSecret stored = box.Seal(Secret, Owner);

        for (int length = 0; length < stored.Bytes.Length; length++)
        {
            Assert.Throws<UnreadableSecretException>(() => box.Open(stored with { Bytes = stored.Bytes[..length] }, Owner));
        }
    }

    [Fact]
    public void The_first_master_key_seals_and_all_open()
    {
        SealedSecret before = new SecretBox([Old]).Seal(Secret, Owner);
        var rotated = new SecretBox([New, Old]);

        Assert.Equal(Secret, rotated.Open(before, Owner));
        Assert.Equal(New.KeyId, rotated.Seal(Secret, Owner).MasterKeyId);
        Assert.True(rotated.Knows(Old.KeyId));
    }

    [Fact]
    public void A_secret_of_an_unknown_master_key_says_which_key_it_needs()
    {
        SealedSecret before = new SecretBox([Old]).Seal(Secret, Owner);

        var fault = Assert.Throws<UnreadableSecretException>(() => new SecretBox([New]).Open(before, Owner));

        Assert.Contains(Old.KeyId, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_master_key_is_refused_without_being_repeated(string text)
    {
        var fault = Assert.Throws<FormatException>(() => MasterKey.Parse(text));

        Assert.Contains("32", fault.Message, StringComparison.Ordinal);
        Assert.True(text.Length == 0 || !fault.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_master_keys_name_follows_from_the_key_and_is_no_part_of_it()
    {
        string text = MasterKey.Create();

        Assert.Equal(MasterKey.Parse(text).KeyId, MasterKey.Parse(" " + text + "\n").KeyId);
        Assert.Equal(16, MasterKey.Parse(text).KeyId.Length);
        Assert.DoesNotContain(MasterKey.Parse(text).KeyId, Convert.ToHexStringLower(Convert.FromBase64String(text)), StringComparison.Ordinal);
    }
}
