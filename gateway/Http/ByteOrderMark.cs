namespace CommandBroker.Gateway.Http;

/// <summary>The three bytes that some programs write in front of UTF-8. They mean nothing, and no JSON reader takes them.</summary>
internal static class ByteOrderMark
{
    /// <summary>How many bytes of it stand at the beginning: 0 or 3.</summary>
    public static int LengthIn(ReadOnlySpan<byte> utf8) => utf8 is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
}
