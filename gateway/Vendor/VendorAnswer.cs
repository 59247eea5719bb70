namespace CommandBroker.Gateway.Vendor;

/// <summary>What a rarely called route of the vendor's family answers: 200 with a body, or an error.</summary>
internal readonly record struct VendorAnswer(ReadOnlyMemory<byte> Body, VendorError? Error)
{
    /// <summary>Done, with nothing to tell: <c>{}</c>, because an empty body breaks SDKs.</summary>
    public static VendorAnswer Done { get; } = new("{}"u8.ToArray(), null);

    /// <summary>200 with a body.</summary>
    public static VendorAnswer Ok(ReadOnlyMemory<byte> body) => new(body, null);

    /// <summary>An error.</summary>
    public static implicit operator VendorAnswer(VendorError error) => new(default, error);
}
