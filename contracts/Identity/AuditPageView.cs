using System.Collections.Immutable;

namespace CommandBroker.Contracts.Identity;

/// <summary>A page of the audit. One that is shorter than was asked for, or empty, need not be the last.</summary>
/// <param name="Events">The events, newest first.</param>
/// <param name="NextBefore">The <see cref="AuditQuery.Before"/> of the next page; null when there is none.</param>
[GenerateSerializer, Immutable]
[Alias("CommandBroker.AuditPageView")]
public sealed record AuditPageView([property: Id(0)] ImmutableArray<AuditEvent> Events, [property: Id(1)] long? NextBefore);
