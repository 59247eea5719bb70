using CommandBroker.Cli.Output;
using CommandBroker.Client;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Files;

/// <summary>Sends a file of commands and counts what became of them.</summary>
internal sealed class FileEnqueue(CliSession session, string path, string run)
{
    private long _enqueued;
    private long _wereThere;
    private long _refused;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using Stream stream = path == "-" ? session.Host.In : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, useAsync: true);
        try
        {
            await FileProgress.RunAsync(
                session.Host,
                path != "-" && stream.CanSeek ? stream.Length : null,
                (tellProgress, tellError) => SendAsync(stream, tellProgress, tellError, cancellationToken));
        }
        catch (BrokerException fault)
        {
            await session.Host.Error.WriteLineAsync($"cbroker: {fault.Message}");
            await session.Host.Error.WriteLineAsync($"{Summary()}, then stopped. Run the same again to go on: what is there is not added twice.");
            return ExitCode.Of(fault.Reason);
        }

        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await session.Host.Error.WriteLineAsync($"{Summary()}, then interrupted. Run the same again to go on: what is there is not added twice.");
            return ExitCode.Interrupted;
        }

        await (session.Answer.Format == OutputFormat.Table ? session.Host.Out : session.Host.Error).WriteLineAsync(Summary());
        if (_enqueued == 0 && _wereThere > 0 && run.Length == 0)
        {
            await session.Host.Error.WriteLineAsync("cbroker: Every line was enqueued before. If this is a new run of the same file, name it with --run.");
        }

        return _refused == 0 ? ExitCode.Ok : ExitCode.Refused;
    }

    private async Task SendAsync(Stream stream, Action<long, long> tellProgress, Action<string> tellError, CancellationToken cancellationToken)
    {
        var file = new CommandFile(run, (line, message) =>
        {
            Interlocked.Increment(ref _refused);
            tellError($"line {line}: {message}");
        });
        await foreach (EnqueueItemOutcome outcome in session.Commands.EnqueueManyAsync(file.ReadAsync(stream, cancellationToken), cancellationToken))
        {
            Count(outcome, tellError);
            tellProgress(file.ReadOffset, _enqueued + _wereThere + Interlocked.Read(ref _refused));
            if (session.Answer.Format != OutputFormat.Table)
            {
                // A stream is one value a line, in json as well.
                session.Answer.Write(outcome.Reply.ToLine(outcome.Item.Position, outcome.Item.ServerId), WireJson.Readable.EnqueueLineAnswer, _ => { });
            }
        }
    }

    private void Count(EnqueueItemOutcome outcome, Action<string> tellError)
    {
        if (outcome.Reply.Error is not null)
        {
            Interlocked.Increment(ref _refused);
            tellError($"line {outcome.Item.Position}: {outcome.Reply.Message}");
        }
        else if (outcome.Reply.WasThere)
        {
            _wereThere++;
        }
        else
        {
            _enqueued++;
        }
    }

    private string Summary() => FormattableString.Invariant($"{_enqueued:N0} enqueued, {_wereThere:N0} were there, {Interlocked.Read(ref _refused):N0} refused");
}
