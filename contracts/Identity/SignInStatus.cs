namespace CommandBroker.Contracts.Identity;

/// <summary>What became of a sign-in.</summary>
public enum SignInStatus
{
    /// <summary>A token was issued.</summary>
    SignedIn = 0,

    /// <summary>No such user, a wrong password, or a disabled user: which of them is not told.</summary>
    Refused = 1,

    /// <summary>The password is right, but the scope is not the user's, or does not exist: which is not told.</summary>
    ScopeRefused = 2,

    /// <summary>More passwords are being checked than the silo has room for; try again.</summary>
    Busy = 3,
}
