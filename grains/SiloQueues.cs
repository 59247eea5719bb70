namespace CommandBroker.Grains;

/// <summary>What the queues of a silo share and change.</summary>
/// <param name="Visits">Polls that are noted but not yet written.</param>
/// <param name="Local">Which of the queues are idle.</param>
/// <param name="Quotas">The quotas of pending commands.</param>
/// <param name="Audit">What was done and is not yet in the audit.</param>
/// <param name="Instruments">The metrics.</param>
internal sealed record SiloQueues(VisitRecorder Visits, LocalQueues Local, PendingQuotas Quotas, AuditRecorder Audit, QueueInstruments Instruments);
