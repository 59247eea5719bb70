namespace CommandBroker.Grains;

/// <summary>What a release before 0.2 stored of them.</summary>
internal sealed class FormerTokensState
{
    public List<FormerToken> Credentials { get; set; } = [];
}
