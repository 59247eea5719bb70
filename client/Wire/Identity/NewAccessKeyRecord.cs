namespace CommandBroker.Client.Wire.Identity;

/// <summary>A key that was just made: the only answer that shows its secret.</summary>
public sealed record NewAccessKeyRecord
{
    /// <summary>The access key: 20 characters, letters and digits.</summary>
    public required string AccessKey { get; init; }

    /// <summary>The secret key: 40 characters, letters and digits. It is not shown again.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The <c>X-Security-Token</c> of a temporary key; absent for a permanent one.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>The key as it is shown from now on.</summary>
    public required AccessKeyRecord Key { get; init; }
}
