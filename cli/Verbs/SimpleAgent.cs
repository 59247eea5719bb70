using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using CommandBroker.Client.Wire;
using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Cli.Verbs;

/// <summary>An agent as it should be written: every answer of the vendor's API is met, and a broker that is away is left in peace.</summary>
internal sealed class SimpleAgent(CliSession session, string serverId)
{
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly string _path = $"v3/sources/{Uri.EscapeDataString(ServerId.TryParse(serverId, out _)
        ? serverId
        : throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(serverId)))}";

    private int _faultCount;
    private bool _hasReached;

    public required TimeSpan Interval { get; init; }

    public required TimeSpan Delay { get; init; }

    public required ReportResult Result { get; init; }

    public required int MaxCount { get; init; }

    public required bool EndsWhenIdle { get; init; }

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        for (int done = 0; done < MaxCount;)
        {
            using HttpResponseMessage answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri($"{_path}/command", UriKind.Relative)), cancellationToken);
            string? commandId = answer.Headers.TryGetValues("X-Command-Id", out IEnumerable<string>? ids) ? ids.First() : null;
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            AgentCommandRecord command = JsonSerializer.Deserialize(text, WireJson.Default.AgentCommandRecord)!;

            // Only a command has an id; the idle answer's name is configurable and says nothing.
            if (commandId is null)
            {
                if (EndsWhenIdle)
                {
                    break;
                }

                await PauseAsync(Interval, cancellationToken);
                continue;
            }

            await TellAsync(
                $"{commandId,-6} {command.CommandName,-12} {command.CommandParam}",
                new JsonObject
                {
                    ["command_id"] = commandId,
                    ["command_name"] = command.CommandName,
                    ["command_param"] = command.CommandParam is { } param ? JsonNode.Parse(param.Text) : null,
                });
            await Task.Delay(Delay, session.Host.Time, cancellationToken);
            await ReportAsync(commandId, command.CommandName, cancellationToken);
            done++;
        }

        return ExitCode.Ok;
    }

    private async Task ReportAsync(string commandId, string name, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new AgentReportRecord { CommandName = name, Result = Result, ResultDetail = new RawJson("""{"by":"cbroker agent"}""") },
            WireJson.Default.AgentReportRecord);
        using HttpResponseMessage answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, new Uri($"{_path}/command_result", UriKind.Relative))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
                Headers = { { "X-Command-Id", commandId } },
            },
            cancellationToken);
        await TellAsync(
            $"{commandId,-6} {name,-12} reported {WireName.Of(Result)}",
            new JsonObject { ["command_id"] = commandId, ["command_name"] = name, ["result"] = WireName.Of(Result) });
    }

    // Sends until there is an answer that can be worked with; what no waiting mends is thrown.
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan pause = TimeSpan.FromSeconds(Math.Min(MaxPause.TotalSeconds, Math.Pow(2, Math.Min(_faultCount, 5))));
            try
            {
                using HttpRequestMessage sent = request();
                HttpResponseMessage answer = await session.Http.SendAsync(sent, cancellationToken);
                _hasReached = true;
                if (answer.IsSuccessStatusCode)
                {
                    _faultCount = 0;
                    return answer;
                }

                using (answer)
                {
                    pause = answer.Headers.RetryAfter?.Delta ?? pause;
                    await ThrowUnlessTransientAsync(answer, pause, cancellationToken);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                string found = $"The broker at {session.Http.BaseAddress?.GetLeftPart(UriPartial.Authority)} cannot be reached: {fault.GetBaseException().Message}.";
                if (!_hasReached)
                {
                    throw new BrokerException(BrokerErrorReason.Unreachable, found, fault);
                }

                await session.Host.Error.WriteLineAsync($"{found} Trying again in {pause.TotalSeconds:0} s.");
            }

            _faultCount++;
            await PauseAsync(pause, cancellationToken);
        }
    }

    private async Task ThrowUnlessTransientAsync(HttpResponseMessage answer, TimeSpan pause, CancellationToken cancellationToken)
    {
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        string message = $"{(int)answer.StatusCode} {text}";
        if ((int)answer.StatusCode is 429 or >= 500)
        {
            await session.Host.Error.WriteLineAsync($"The broker answered {message}; trying again in {pause.TotalSeconds:0} s.");
            return;
        }

        throw answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new BrokerException(BrokerErrorReason.Unauthorized, $"The broker answered {message}"),
            HttpStatusCode.NotFound => VerbParts.NotFound(serverId),
            _ => new BrokerException(BrokerErrorReason.WrongState, $"The broker answered {message}"),
        };
    }

    // Between one and one and a quarter, so that agents started together drift apart.
    private Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        Task.Delay(pause * (1 + (Random.Shared.NextDouble() / 4)), session.Host.Time, cancellationToken);

    // A stream is one value a line, in json as well.
    private async Task TellAsync(string line, JsonObject facts)
    {
        session.Answer.WriteFacts(line, facts);
        await session.Host.Out.FlushAsync();
    }
}
