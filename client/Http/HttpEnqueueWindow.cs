using System.Net.Http.Headers;
using System.Text.Json;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>
/// One window of <c>POST /api/v1/commands</c>. After a lost connection only the lines without an answer are sent again; their keys make
/// it harmless when they had arrived.
/// </summary>
internal sealed class HttpEnqueueWindow(HttpBrokerConnection connection, IReadOnlyList<EnqueueItem> items)
{
    private readonly EnqueueReply?[] _replies = new EnqueueReply?[items.Count];

    public async Task<EnqueueReply[]> SendAsync(CancellationToken cancellationToken)
    {
        RefuseUnsendable();
        if (Array.TrueForAll(_replies, reply => reply is not null))
        {
            return _replies!;
        }

        for (int attempt = 1; ; attempt++)
        {
            BrokerException? fault = await TryOnceAsync(cancellationToken);
            bool isLast = !connection.Retrier.HasNext(attempt);
            if (fault is not null && (isLast || !CallRetrier.MayRetry(fault.Reason)))
            {
                throw fault;
            }

            if (!isLast)
            {
                ForgetThoseToRetry();
            }

            if (Array.TrueForAll(_replies, reply => reply is not null))
            {
                return _replies!;
            }

            await connection.Retrier.PauseAsync(attempt, fault, cancellationToken);
        }
    }

    private void RefuseUnsendable()
    {
        for (int i = 0; i < items.Count; i++)
        {
            if (!ParamCheck.IsObject(items[i].Command.Param))
            {
                _replies[i] = new EnqueueReply { Error = BrokerErrorReason.InvalidArgument, Message = ParamCheck.Fault };
            }
        }
    }

    private async Task<BrokerException?> TryOnceAsync(CancellationToken cancellationToken)
    {
        int[] sent = [.. Enumerable.Range(0, items.Count).Where(i => _replies[i] is null)];
        try
        {
            using HttpResponseMessage response =
                await connection.SendAsync(HttpMethod.Post, "api/v1/commands", Content(sent), key: null, cancellationToken);
            int answered = await connection.GuardAsync(() => ReadAnswersAsync(response, sent, cancellationToken), cancellationToken);
            return answered == sent.Length
                ? null
                : new BrokerException(BrokerErrorReason.Unreachable, $"The broker answered {answered} of {sent.Length} lines.");
        }
        catch (BrokerException fault)
        {
            return fault;
        }
    }

    private ByteArrayContent Content(int[] sent)
    {
        var lines = new MemoryStream();
        foreach (int i in sent)
        {
            EnqueueCall call = items[i].Command;
            EnqueueBody body = call.ToWire(items[i].ServerId, call.IdempotencyKey);
            JsonSerializer.Serialize(lines, body with { CommandParam = body.CommandParam?.OnOneLine() }, WireJson.Default.EnqueueBody);
            lines.WriteByte((byte)'\n');
        }

        return new ByteArrayContent(lines.GetBuffer(), 0, (int)lines.Length)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") },
        };
    }

    private async Task<int> ReadAnswersAsync(HttpResponseMessage response, int[] sent, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        int answered = 0;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            EnqueueLineAnswer answer = JsonSerializer.Deserialize(line, WireJson.Default.EnqueueLineAnswer) ?? throw new JsonException("null");
            if (answer.Line < 1 || answer.Line > sent.Length)
            {
                throw new JsonException($"Line {answer.Line} was answered; {sent.Length} were sent.");
            }

            _replies[sent[answer.Line - 1]] = answer.ToReply();
            answered++;
        }

        return answered;
    }

    private void ForgetThoseToRetry()
    {
        for (int i = 0; i < _replies.Length; i++)
        {
            if (_replies[i]?.Error is { } reason && CallRetrier.MayRetry(reason))
            {
                _replies[i] = null;
            }
        }
    }
}
