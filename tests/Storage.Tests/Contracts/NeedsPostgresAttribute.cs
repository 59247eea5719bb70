namespace CommandBroker.Storage.Tests;

/// <summary>Marks the contract tests that run on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgresAttribute : Attribute;
