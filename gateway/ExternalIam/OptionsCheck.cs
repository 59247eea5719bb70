namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Turns what is wrong with a setting into the message that stops a start.</summary>
internal static class OptionsCheck
{
    /// <summary>Reads settings, if they are read at all.</summary>
    public static ValidateOptionsResult Of(bool isRead, Action read)
    {
        try
        {
            if (isRead)
            {
                read();
            }

            return ValidateOptionsResult.Success;
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail(fault.Message);
        }
    }
}
