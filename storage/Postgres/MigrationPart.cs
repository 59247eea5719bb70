namespace CommandBroker.Storage.Postgres;

/// <summary>One part of a <see cref="Migration"/>.</summary>
/// <param name="Kind">How it is carried out.</param>
/// <param name="Sql">What is carried out.</param>
internal sealed record MigrationPart(MigrationPartKind Kind, string Sql);
