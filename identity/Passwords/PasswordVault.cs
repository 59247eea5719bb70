using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CommandBroker.Identity.Passwords;

/// <summary>
/// Hashes and checks passwords by ASP.NET Core's own hasher: PBKDF2 with HMAC-SHA-512, a random salt, and a text that says how it was made. Slow by
/// purpose; safe to use by several threads.
/// </summary>
public sealed class PasswordVault
{
    /// <summary>The shortest password, in characters.</summary>
    public const int MinLength = 8;

    /// <summary>The longest password, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>The fewest rounds: what OWASP's password storage cheat sheet asks of PBKDF2 with HMAC-SHA-512.</summary>
    public const int MinIterationCount = 210_000;

    private static readonly object Nobody = new();

    private readonly PasswordHasher<object> _hasher;
    private readonly string _nobodysHash;

    /// <param name="iterationCount">Rounds of a new hash; hashes of fewer are still right, and said to be weak. Checked where settings are read.</param>
    public PasswordVault(int iterationCount)
    {
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = iterationCount }));
        _nobodysHash = Hash("nobody signs in by this one");
    }

    /// <summary>Hashes a password.</summary>
    /// <returns>A text to store; two hashes of one password differ.</returns>
    public string Hash(string password) => _hasher.HashPassword(Nobody, password);

    /// <summary>Checks a password. Costs the same for a user who does not exist or has none, and for a password that is too long to be one.</summary>
    /// <param name="hash">The stored hash; null when there is no such user, or no password.</param>
    /// <param name="password">What was given.</param>
    public PasswordCheck Check(string? hash, string password)
    {
        bool canBe = hash is not null && password.Length <= MaxLength;
        PasswordVerificationResult result = _hasher.VerifyHashedPassword(
            Nobody, canBe ? hash! : _nobodysHash, password.Length <= MaxLength ? password : password[..MaxLength]);
        return !canBe ? PasswordCheck.Wrong : result switch
        {
            PasswordVerificationResult.Success => PasswordCheck.Right,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordCheck.RightButWeak,
            _ => PasswordCheck.Wrong,
        };
    }

    /// <summary>Says why a text cannot be a password, without repeating it; null when it can.</summary>
    public static string? FaultOf(string password) => password.Length is >= MinLength and <= MaxLength
        ? null
        : $"The password has {password.Length} characters; {MinLength} to {MaxLength} are allowed.";
}
