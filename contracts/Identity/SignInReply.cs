namespace CommandBroker.Contracts.Identity;

/// <summary>The answer to a sign-in.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Token">The token, when <see cref="SignInStatus.SignedIn"/>; otherwise null.</param>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.SignInReply")]
public sealed record SignInReply([property: Id(0)] SignInStatus Status, [property: Id(1)] IssuedToken? Token);
