namespace CommandBroker.Identity.Passwords;

/// <summary>What became of a password.</summary>
public enum PasswordCheck
{
    /// <summary>It is wrong, or there is no such user.</summary>
    Wrong,

    /// <summary>It is right.</summary>
    Right,

    /// <summary>It is right, and its stored hash is of an older setting: store a new one.</summary>
    RightButWeak,
}
