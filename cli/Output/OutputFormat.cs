namespace CommandBroker.Cli.Output;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    /// <summary>Aligned columns.</summary>
    Table,

    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>A JSON value a line.</summary>
    Ndjson,
}
