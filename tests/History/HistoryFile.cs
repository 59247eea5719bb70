using System.Text.Json;

namespace CommandBroker.History;

/// <summary>A run as JSON lines on disk. Safe to write from many clients.</summary>
public sealed class HistoryFile(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);

    /// <summary>
    /// Writes one line. An invoke line is handed to the operating system before this returns: a call whose invoke line is missing
    /// would make its command look invented.
    /// </summary>
    public void Append(HistoryEntry entry)
    {
        byte[] line = JsonSerializer.SerializeToUtf8Bytes(entry, HistoryJson.Default.HistoryEntry);
        lock (_gate)
        {
            _stream.Write(line);
            _stream.WriteByte((byte)'\n');
            if (entry.Type == EntryKind.Invoke)
            {
                _stream.Flush();
            }
        }
    }

    /// <summary>Reads a run back, in the order in which it was written.</summary>
    /// <exception cref="JsonException">A line is cut or foreign.</exception>
    public static IEnumerable<HistoryEntry> Read(string path) =>
        File.ReadLines(path).Select(line => JsonSerializer.Deserialize(line, HistoryJson.Default.HistoryEntry)
            ?? throw new JsonException($"A line of {path} is null."));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
