namespace CommandBroker.Storage.Tests;

[NeedsPostgres]
public sealed class PostgresCommandStoreTests() : CommandStoreContract(new PostgresFixture());

[NeedsPostgres]
public sealed class PostgresSourceServerStoreTests() : SourceServerStoreContract(new PostgresFixture());

[NeedsPostgres]
public sealed class PostgresIdentityStoreTests() : IdentityStoreContract(new PostgresFixture());

[NeedsPostgres]
public sealed class PostgresUnreadableIdTests() : UnreadableIdContract(new PostgresFixture());
