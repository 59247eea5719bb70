namespace CommandBroker.Gateway.Iam;

/// <summary>What an IAM route answers: a body, nothing, or an error.</summary>
internal readonly record struct IamAnswer(int Status, byte[] Body, IamError? Error)
{
    /// <summary>The token that was issued; goes into <c>X-Subject-Token</c>.</summary>
    public string? SubjectToken { get; init; }

    /// <summary>204.</summary>
    public static IamAnswer Done { get; } = new(StatusCodes.Status204NoContent, [], null);

    /// <summary>200 with a body.</summary>
    public static IamAnswer Ok(byte[] body) => new(StatusCodes.Status200OK, body, null);

    /// <summary>An error.</summary>
    public static implicit operator IamAnswer(IamError error) => new(error.Code, error.Encode(), error);
}
