using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CommandBroker.Contracts;

/// <summary>Checks the text of a <c>command_param</c>, which is kept and handed out as it came.</summary>
public static class CommandParamText
{
    /// <summary>The deepest nesting that is accepted.</summary>
    public const int MaxDepth = 64;

    /// <summary>What a command without parameters carries.</summary>
    public const string Empty = "{}";

    private const int MaxStackBytes = 1024;

    /// <summary>Reads the <c>task_id</c> of a parameter text.</summary>
    /// <param name="param">The text of one JSON object.</param>
    /// <param name="taskId">The top-level member <c>task_id</c>; null when there is none.</param>
    /// <returns>Null when the text is well-formed; otherwise what is wrong with it, as a sentence.</returns>
    public static string? FaultOf(string param, out string? taskId)
    {
        taskId = null;
        if (param == Empty)
        {
            return null;
        }

        int bytes = Encoding.UTF8.GetMaxByteCount(param.Length);
        byte[]? rented = bytes <= MaxStackBytes ? null : ArrayPool<byte>.Shared.Rent(bytes);
        Span<byte> utf8 = rented ?? stackalloc byte[MaxStackBytes];
        try
        {
            var reader = new Utf8JsonReader(utf8[..Encoding.UTF8.GetBytes(param, utf8)], new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "command_param must be a JSON object.";
            }

            while (reader.Read())
            {
                if (IsUnstorable(ref reader))
                {
                    return "command_param has U+0000 in a text, which is not allowed.";
                }

                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                bool isTask = reader.ValueTextEquals("task_id"u8);
                if (!isTask && !reader.ValueTextEquals("bucket"u8))
                {
                    continue;
                }

                reader.Read();
                if (IsUnstorable(ref reader))
                {
                    return "command_param has U+0000 in a text, which is not allowed.";
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    return "task_id and bucket in command_param must be strings.";
                }

                if (isTask)
                {
                    taskId = reader.GetString();
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            return $"command_param is not well-formed JSON: line {exception.LineNumber}, byte {exception.BytePositionInLine}; at most {MaxDepth} levels are allowed.";
        }
        catch (InvalidOperationException)
        {
            return "command_param has half a surrogate pair in a text, which is not allowed.";
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    // Only an escape can hide either: the text itself was checked when it was decoded.
    private static bool IsUnstorable(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && reader.GetString()!.Contains('\0', StringComparison.Ordinal);
}
