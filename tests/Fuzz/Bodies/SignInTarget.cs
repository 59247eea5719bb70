using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Iam;

namespace CommandBroker.Fuzz.Bodies;

/// <summary>The body of a sign-in. What is read names one user in one way, with a password within its limits.</summary>
internal static class SignInTarget
{
    public static FuzzTarget Target { get; } = new(
        "sign-in",
        [.. JsonWords.All, "\"auth\":", "\"identity\":", "\"methods\":[\"password\"]", "\"password\":", "\"user\":", "\"domain\":", "\"project\":", "\"scope\":", "\"name\":", "\"id\":"],
        Check);

    private static string Check(ReadOnlySpan<byte> input)
    {
        (string? fault, SignInCall? call) = SignInBody.Read(input.ToArray(), "203.0.113.9");
        if (fault is not null)
        {
            return call is null ? fault : throw new FuzzException("Refused, and read.");
        }

        bool isRight = call!.Password.Length is > 0 and <= 1_024 && call.UserId is null != call.UserName is null
            && (call.UserId is not null || call.DomainId is not null || call.DomainName is not null);
        return isRight ? "Read" : throw new FuzzException("A sign-in of no one user was read.");
    }
}
