namespace CommandBroker.Cli.Files;

/// <summary>One line of a file.</summary>
/// <param name="Number">From 1; empty lines count.</param>
/// <param name="Utf8">Its bytes without the end of the line and surrounding spaces; null when it is longer than <see cref="NdjsonReader.MaxLineBytes"/>.</param>
/// <param name="EndOffset">Bytes of the file up to and with this line.</param>
internal sealed record NdjsonLine(long Number, byte[]? Utf8, long EndOffset);
