namespace CommandBroker.Client.Wire.Iam;

/// <summary>An error of the IAM routes.</summary>
internal sealed record IamErrorRecord
{
    public IamErrorContent? Error { get; init; }

    internal sealed record IamErrorContent
    {
        public int? Code { get; init; }

        public string? Message { get; init; }

        public string? Title { get; init; }
    }
}
