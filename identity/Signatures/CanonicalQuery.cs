namespace CommandBroker.Identity.Signatures;

/// <summary>The parameters of a query, decoded once and then written in one order or another.</summary>
/// <remarks>
/// <c>+</c> is read as a blank, as the server that acts on the query reads it; a signature over a plus sign must not cover a blank. No official SDK
/// sends one. A name without <c>=</c> has an empty value (Go's SDK sends empty values so, and signs the <c>=</c>). Repeated names are as many
/// parameters. Nothing between two <c>&amp;</c> is one without name and value: no SDK sends that, and so an added <c>&amp;</c> doesn't go unnoticed.
/// </remarks>
internal readonly ref struct CanonicalQuery
{
    private readonly Span<byte> _text;
    private readonly Span<QueryParameter> _parameters;

    /// <summary>Decodes a query.</summary>
    /// <param name="text">The query without its question mark; decoded in place and kept.</param>
    /// <param name="parameters">Room for as many as <paramref name="text"/> has ampersands, and one more.</param>
    public CanonicalQuery(Span<byte> text, Span<QueryParameter> parameters)
    {
        _text = text;
        int count = 0;
        for (int start = 0; start <= text.Length && !text.IsEmpty;)
        {
            int length = text[start..].IndexOf((byte)'&');
            length = length < 0 ? text.Length - start : length;
            parameters[count++] = Decode(text, start, length);
            start += length + 1;
        }

        _parameters = parameters[..count];
    }

    /// <summary>Sorts the parameters.</summary>
    /// <returns>Whether any changed its place.</returns>
    public bool Sort(QueryOrder order)
    {
        bool isChanged = false;
        for (int i = 1; i < _parameters.Length; i++)
        {
            QueryParameter parameter = _parameters[i];
            int low = 0;
            for (int high = i; low < high;)
            {
                int middle = (low + high) / 2;
                (low, high) = Compare(parameter, _parameters[middle], order) < 0 ? (low, middle) : (middle + 1, high);
            }

            if (low < i)
            {
                isChanged = true;
                _parameters[low..i].CopyTo(_parameters[(low + 1)..]);
                _parameters[low] = parameter;
            }
        }

        return isChanged;
    }

    /// <summary>Writes <c>name=value</c>, joined by ampersands. The length is the same in every order.</summary>
    /// <returns>The position behind it.</returns>
    public int Write(Span<byte> destination, int position)
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (i > 0)
            {
                destination[position++] = (byte)'&';
            }

            position = Encode(Name(_parameters[i]), destination, position);
            destination[position++] = (byte)'=';
            position = Encode(Value(_parameters[i]), destination, position);
        }

        return position;
    }

    private static QueryParameter Decode(Span<byte> text, int start, int length)
    {
        int equals = text.Slice(start, length).IndexOf((byte)'=');
        int nameLength = equals < 0 ? length : equals;
        int valueStart = equals < 0 ? start + length : start + equals + 1;
        return new QueryParameter(
            start, Decode(text.Slice(start, nameLength)), valueStart, Decode(text[valueStart..(start + length)]));
    }

    /// <summary>What is decoded is never longer than what it was decoded from, so it takes its place.</summary>
    private static int Decode(Span<byte> text)
    {
        int length = 0;
        for (int position = 0; position < text.Length;)
        {
            bool isBlank = text[position] == '+';
            byte value = PercentCoding.Decode(text, ref position);
            text[length++] = isBlank ? (byte)' ' : value;
        }

        return length;
    }

    private static int Encode(ReadOnlySpan<byte> text, Span<byte> destination, int position)
    {
        foreach (byte value in text)
        {
            position = PercentCoding.Encode(value, destination, position);
        }

        return position;
    }

    private int Compare(QueryParameter one, QueryParameter other, QueryOrder order)
    {
        int result = order switch
        {
            QueryOrder.ByText => Name(one).SequenceCompareTo(Name(other)) is var names and not 0 ? names : Value(one).SequenceCompareTo(Value(other)),
            QueryOrder.ByEncodedName => PercentCoding.CompareEncoded(Name(one), Name(other)),
            _ => PercentCoding.CompareEncoded(Name(one), Name(other)) is var names and not 0 ? names : PercentCoding.CompareEncoded(Value(one), Value(other)),
        };
        return result != 0 ? result : one.Start - other.Start;
    }

    private ReadOnlySpan<byte> Name(QueryParameter parameter) => _text.Slice(parameter.Start, parameter.NameLength);

    private ReadOnlySpan<byte> Value(QueryParameter parameter) => _text.Slice(parameter.ValueStart, parameter.ValueLength);
}
