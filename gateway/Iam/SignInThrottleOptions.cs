namespace CommandBroker.Gateway.Iam;

/// <summary>How sign-ins are slowed down. Immutable; bounds are checked where the settings are read.</summary>
internal sealed record SignInThrottleOptions
{
    /// <summary>Refused sign-ins without a wait.</summary>
    public int FreeFailures { get; init; } = 5;

    /// <summary>The longest wait of a user.</summary>
    public TimeSpan MaxUserDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait of an address.</summary>
    public TimeSpan MaxAddressDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long without an attempt until refused ones are forgotten; longer than the longest wait.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The most users, and the most addresses, that are remembered.</summary>
    public int MaxCount { get; init; } = 50_000;
}
