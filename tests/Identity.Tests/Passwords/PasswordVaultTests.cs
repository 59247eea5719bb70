using CommandBroker.Identity.Passwords;

namespace CommandBroker.Identity.Tests;

public sealed class PasswordVaultTests
{
    private const string Password = "correct horse battery staple";
    private static readonly PasswordVault Vault = new(PasswordVault.MinIterationCount);

    [Fact]
    public void The_right_password_is_right_and_others_are_wrong()
    {
        string hash = Vault.Hash(Password);

        Assert.Equal(PasswordCheck.Right, Vault.Check(hash, Password));
        Assert.Equal(PasswordCheck.Wrong, Vault.Check(hash, Password + " "));
        Assert.Equal(PasswordCheck.Wrong, Vault.Check(hash, ""));
    }

    [Fact]
    public void Two_hashes_of_one_password_differ_and_hold_none_of_it()
    {
        string one = Vault.Hash(Password);

        Assert.NotEqual(one, Vault.Hash(Password));
        Assert.DoesNotContain(Password, one, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_does_not_exist_is_refused_whatever_is_given()
    {
        Assert.Equal(PasswordCheck.Wrong, Vault.Check(null, Password));
        Assert.Equal(PasswordCheck.Wrong, Vault.Check(null, "nobody signs in by this one"));
    }

    [Fact]
    public void A_password_longer_than_any_is_wrong_even_when_its_beginning_is_right()
    {
        string longest = new('p', PasswordVault.MaxLength);
        string hash = Vault.Hash(longest);

        Assert.Equal(PasswordCheck.Right, Vault.Check(hash, longest));
        Assert.Equal(PasswordCheck.Wrong, Vault.Check(hash, longest + "p"));
    }

    [Fact]
    public void A_hash_of_fewer_rounds_is_right_and_said_to_be_weak()
    {
        string weak = new PasswordVault(PasswordVault.MinIterationCount).Hash(Password);

        Assert.Equal(PasswordCheck.RightButWeak, new PasswordVault(PasswordVault.MinIterationCount + 1).Check(weak, Password));
    }

    [Fact]
    public void The_hash_says_that_it_is_by_hmac_sha_512_of_as_many_rounds_as_were_asked_for()
    {
        // Version 3 of ASP.NET Core's hasher: a marker byte, the function (2 is SHA-512), and the rounds, big-endian.
        byte[] hash = Convert.FromBase64String(Vault.Hash(Password));

        Assert.Equal([1, 0, 0, 0, 2], hash[..5]);
        Assert.Equal(PasswordVault.MinIterationCount, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)));
    }

    [Theory]
    [InlineData(PasswordVault.MinLength - 1, false)]
    [InlineData(PasswordVault.MinLength, true)]
    [InlineData(PasswordVault.MaxLength, true)]
    [InlineData(PasswordVault.MaxLength + 1, false)]
    public void A_password_has_8_to_256_characters(int length, bool isAllowed) =>
        Assert.Equal(isAllowed, PasswordVault.FaultOf(new string('x', length)) is null);
}
