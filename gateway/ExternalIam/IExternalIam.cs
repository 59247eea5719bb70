namespace CommandBroker.Gateway.ExternalIam;

/// <summary>An IAM that is asked whose a token is. Neither method throws because the IAM does not answer, or answers nonsense: it is logged and told as what cannot be asked.</summary>
internal interface IExternalIam
{
    /// <summary>Whether tokens may also come as <c>Authorization: Bearer</c>.</summary>
    bool TakesBearer { get; }

    /// <summary>The roles of the broker that a role there gives.</summary>
    Contracts.Identity.Roles RolesOf(string name);

    /// <summary>Asks whose a token is.</summary>
    /// <param name="token">1 to 16,384 characters of any kind.</param>
    Task<ExternalAnswer> ValidateAsync(string token);

    /// <summary>Whether it can be asked: for the start, before there is a token.</summary>
    Task<bool> CheckAsync();
}
