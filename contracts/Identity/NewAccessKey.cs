namespace CommandBroker.Contracts.Identity;

/// <summary>A key that was just made: the only time its secret is shown.</summary>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.NewAccessKey")]
public sealed record NewAccessKey
{
    /// <summary>The access key.</summary>
    public string AccessKey => Key.AccessKey;

    /// <summary>The key without its secret.</summary>
    [Id(0)] public required AccessKeyView Key { get; init; }

    /// <summary>The secret key: 40 characters, letters and digits. Never logged.</summary>
    [Id(1)] public required string SecretKey { get; init; }

    /// <summary>The <c>X-Security-Token</c> of a temporary key; null for a permanent one. Never logged.</summary>
    [Id(2)] public string? SecurityToken { get; init; }
}
