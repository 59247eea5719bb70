namespace CommandBroker.Contracts.Identity;

/// <summary>Tells which user a sign-in is about, however it names the user. Stateless; use key 0.</summary>
[Alias("CommandBroker.IUserNameGrain")]
public interface IUserNameGrain : IGrainWithIntegerKey
{
    /// <summary>One text for one user, whether there is such a user or not. For counting only: it says nothing to a caller.</summary>
    /// <param name="userId">The principal's id; null when it is named.</param>
    /// <param name="domainId">The id of the domain of <paramref name="userName"/>; null when the domain is named.</param>
    /// <param name="domainName">The name of that domain.</param>
    /// <param name="userName">The principal's name; null when its id is given.</param>
    /// <exception cref="BrokerException">StorageUnavailable.</exception>
    [Alias("Settle")]
    ValueTask<string> SettleAsync(string? userId, string? domainId, string? domainName, string? userName);
}
