using System.IO.Pipelines;

namespace CommandBroker.Client.Tests.Tls;

/// <summary>One end of a connection without a socket.</summary>
internal sealed record TestPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
