namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Reads the address of an IAM, which secrets are sent to or keys come from.</summary>
internal static class IamAddress
{
    /// <summary>Reads an address.</summary>
    /// <param name="knob">The setting's name, for the message.</param>
    /// <param name="text">Its text.</param>
    /// <param name="options">Whether it must be one of HTTPS.</param>
    /// <exception cref="FormatException">It is none, or is not reached by HTTPS though it must be; the message names the setting.</exception>
    public static Uri Read(string knob, string? text, ExternalIamOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new FormatException($"{knob} is not set; Identity:Mode needs it.");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https")
            || address.Query.Length > 0 || address.UserInfo.Length > 0)
        {
            throw new FormatException($"{knob} is no address that begins with https:// or http:// and has neither user nor query.");
        }

        return IsSafe(address, options) ? address
            : throw new FormatException($"{knob} is \"{text}\"; https:// is needed, or Identity:External:RequireHttps=false where nobody can listen.");
    }

    /// <summary>Whether an address may be used as far as encryption goes.</summary>
    public static bool IsSafe(Uri address, ExternalIamOptions options) => address.Scheme == "https" || address.IsLoopback || !options.RequireHttps;
}
