using System.Text;

namespace CommandBroker.Traffic;

/// <summary>Walks over a stored payload: one version byte, four bytes of checksum, then numbers of seven bits a byte and texts with their length.</summary>
public sealed class StoredBytes
{
    private const byte Version = 1;
    private const int HeaderBytes = 5;
    private const int InstantBytes = 8;

    private readonly byte[] _bytes;
    private int _at = HeaderBytes;

    /// <exception cref="InvalidDataException">It is of another version: this decoder must learn it.</exception>
    public StoredBytes(byte[] bytes)
    {
        _bytes = bytes[0] == Version ? bytes : throw new InvalidDataException($"A stored payload has version {bytes[0]}; this reads {Version}.");
    }

    /// <summary>Of a command: its parameter and its idempotency key.</summary>
    public (string Param, string? Key) ReadParamAndKey()
    {
        ulong members = ReadNumber();
        ReadNumber();
        _at += InstantBytes;
        ReadText();
        string param = ReadText();
        ReadText();
        if ((members & 1) != 0)
        {
            ReadText();
        }

        _at += ((members & 2) != 0 ? InstantBytes : 0) + ((members & 4) != 0 ? InstantBytes : 0);
        return (param, (members & 8) != 0 ? ReadText() : null);
    }

    /// <summary>Of an outcome: the reported result; null when none was.</summary>
    public string? ReadResult() => ReadNumber() switch
    {
        0 => null,
        1 => "success",
        2 => "fail",
        var other => throw new InvalidDataException($"A stored result is {other}; 0 to 2 are known."),
    };

    private string ReadText()
    {
        int length = (int)ReadNumber();
        string text = Encoding.UTF8.GetString(_bytes, _at, length);
        _at += length;
        return text;
    }

    private ulong ReadNumber()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = _bytes[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
