using CommandBroker.Storage.Verification;

namespace CommandBroker.Cli.Admin;

/// <summary>What <c>cbroker admin verify --json</c> writes.</summary>
internal sealed record VerifyRecord(StoreVerdict Verdict, IReadOnlyList<StoreFinding> Findings);
