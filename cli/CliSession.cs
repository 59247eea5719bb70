using System.CommandLine;
using CommandBroker.Cli.Output;
using CommandBroker.Client;
using CommandBroker.Client.Http;

namespace CommandBroker.Cli;

/// <summary>One run: the clients and where the answer goes.</summary>
internal sealed class CliSession : IDisposable
{
    private CliSession(HttpClient http, RetryOptions retry, CliHost host, OutputFormat format)
    {
        Http = http;
        Commands = new HttpCommandBrokerClient(http, retry, host.Time);
        Sources = new HttpSourceServerClient(http, retry, host.Time);
        Identity = new HttpIdentityClient(http, retry, host.Time);
        Host = host;
        Answer = new AnswerWriter(host.Out, host.Error, format);
    }

    public HttpClient Http { get; }

    public ICommandBrokerClient Commands { get; }

    public ISourceServerClient Sources { get; }

    public IIdentityClient Identity { get; }

    public CliHost Host { get; }

    public AnswerWriter Answer { get; }

    /// <param name="parsed">The flags.</param>
    /// <param name="host">The process.</param>
    /// <param name="maxAttempts">A person waits for few attempts; a long file is worth more.</param>
    /// <param name="tokenMember">See <see cref="BrokerAddress.Find"/>.</param>
    public static CliSession Open(ParseResult parsed, CliHost host, int maxAttempts = 3, string tokenMember = "token")
    {
        BrokerAddress address = BrokerAddress.Find(parsed, host, tokenMember);
        var authenticated = new BrokerAuthenticationHandler(address.Credential, address.ProjectId, time: host.Time);
        var http = new HttpClient(new AddressOrigin(address.Origin, authenticated))
        {
            BaseAddress = address.Endpoint,
            Timeout = TimeSpan.FromSeconds(30),
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("cbroker");
        var retry = new RetryOptions { MaxAttempts = maxAttempts, OnRetry = RetryNotice.To(host.Error, address.Endpoint, address.Origin) };
        return new CliSession(http, retry, host, GlobalOptions.FormatOf(parsed));
    }

    public void Dispose() => Http.Dispose();
}
