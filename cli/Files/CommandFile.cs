using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CommandBroker.Client;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Cli.Files;

/// <summary>A file of commands to enqueue, a JSON object a line.</summary>
/// <param name="run">Set apart from other runs of the same lines; empty by default.</param>
/// <param name="onBroken">Called for each line that cannot be sent, with its number and why.</param>
internal sealed class CommandFile(string run, Action<long, string> onBroken)
{
    /// <summary>Bytes of the file read so far.</summary>
    public long ReadOffset { get; private set; }

    /// <summary>The commands; the position of each is the number of its line.</summary>
    public async IAsyncEnumerable<EnqueueItem> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (NdjsonLine line in NdjsonReader.ReadAsync(stream, cancellationToken))
        {
            ReadOffset = line.EndOffset;
            EnqueueItem? item = null;
            try
            {
                item = Parse(line);
            }
            catch (BrokerException fault)
            {
                onBroken(line.Number, fault.Message);
            }

            if (item is not null)
            {
                yield return item;
            }
        }
    }

    /// <summary>The key of a line that has none: the same line of the same run has the same key, so sending it again adds nothing.</summary>
    public static string KeyOf(string run, ReadOnlySpan<byte> line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(run));
        hash.AppendData([0]);
        hash.AppendData(line);
        return $"line-{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private EnqueueItem Parse(NdjsonLine line)
    {
        byte[] utf8 = line.Utf8 ?? throw new BrokerException(
            BrokerErrorReason.InvalidArgument, $"The line is longer than {NdjsonReader.MaxLineBytes:N0} bytes.");
        EnqueueBody body = WireReader.Read(utf8, WireJson.Strict.EnqueueBody);
        if (!ServerId.TryParse(body.ServerId, out ServerId server))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(body.ServerId));
        }

        EnqueueCall call = body.ToCall();
        return new EnqueueItem
        {
            ServerId = server.Value,
            Command = call with { IdempotencyKey = call.IdempotencyKey ?? KeyOf(run, utf8) },
            Position = line.Number,
        };
    }
}
