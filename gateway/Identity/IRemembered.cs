namespace CommandBroker.Gateway.Identity;

/// <summary>Something of which a gateway may hold several references and which has to end for all of them at once.</summary>
internal interface IRemembered
{
    /// <summary>Whether it no longer counts and must be asked for again.</summary>
    bool IsForgotten { get; }

    /// <summary>Lets it count no more.</summary>
    void Forget();
}
