namespace CommandBroker.Silo.Clustering.Reach;

/// <summary>How the process of a silo ends that is cut off from the database.</summary>
internal interface IPartedEnd
{
    /// <summary>The exit code.</summary>
    int ExitCode { get; }

    /// <summary>Ends it at once: nothing that it holds could be stored any more.</summary>
    void End();
}
