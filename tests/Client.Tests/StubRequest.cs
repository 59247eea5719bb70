namespace CommandBroker.Client.Tests;

internal sealed record StubRequest(int Number, string Method, string Path, string Body, string? Key);
