using CommandBroker.Storage.Identity;

namespace CommandBroker.Storage;

/// <summary>One opened database: the stores over it, its schema and its end.</summary>
public interface IBrokerDatabase : IAsyncDisposable
{
    /// <summary>The commands.</summary>
    ICommandStore Commands { get; }

    /// <summary>The directory of source servers.</summary>
    ISourceServerStore SourceServers { get; }

    /// <summary>Tenants, principals, credentials and the audit.</summary>
    IIdentityStore Identities { get; }

    /// <summary>
    /// Takes the lock file where there is one, brings the schema up to date, and checks it. To be called once, before anything else.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The database cannot be reached or written; trying again later is right.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another broker has the file, the schema is newer than this release, or a unique key is missing; the message says what to do.
    /// </exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Answers when the database takes a write, throws <see cref="StoreUnavailableException"/> when not.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What an exception of the provider means, for whoever uses <see cref="OrleansConnection"/>: <see cref="StoreUnavailableException"/> when trying again may
    /// help, <see cref="StoreRefusedException"/> or <see cref="UnreadableRowException"/> when not. Connections that it shows to be dead are dropped.
    /// </summary>
    /// <returns>The exception given, when it is none of the provider's.</returns>
    Exception Explain(Exception fault) => fault;

    /// <summary>The ADO.NET invariant and connection string that Orleans' own providers need to reach this database; null when there is none (memory).</summary>
    (string Invariant, string ConnectionString)? OrleansConnection { get; }
}
