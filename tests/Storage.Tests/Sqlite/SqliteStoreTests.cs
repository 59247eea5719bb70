namespace CommandBroker.Storage.Tests;

public sealed class SqliteCommandStoreTests() : CommandStoreContract(new SqliteFixture());

public sealed class SqliteSourceServerStoreTests() : SourceServerStoreContract(new SqliteFixture());

public sealed class SqliteIdentityStoreTests() : IdentityStoreContract(new SqliteFixture());

public sealed class SqliteUnreadableIdTests() : UnreadableIdContract(new SqliteFixture());
