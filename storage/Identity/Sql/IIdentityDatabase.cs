namespace CommandBroker.Storage.Identity.Sql;

/// <summary>Where the statements run.</summary>
internal interface IIdentityDatabase
{
    /// <summary>Reads.</summary>
    Task<T> ReadAsync<T>(Func<IIdentitySession, ValueTask<T>> work);

    /// <summary>Writes in one transaction, and answers after its flush. May be run again after a lost connection, its commit done or not.</summary>
    Task<T> WriteAsync<T>(Func<IIdentitySession, ValueTask<T>> work);
}
