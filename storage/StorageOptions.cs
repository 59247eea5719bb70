using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Storage;

/// <summary>The settings below <c>Storage</c>.</summary>
public sealed class StorageOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "Storage";

    /// <summary>Where commands are kept.</summary>
    /// <value>Default <c>sqlite</c>; <c>postgres</c> for more than one process; <c>memory</c> loses everything.</value>
    [EnumDataType(typeof(StorageProvider))]
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>The Npgsql connection string.</summary>
    /// <value>Required for <c>postgres</c>, without meaning otherwise; default none.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The directory of the SQLite file and its lock file, made when missing. One broker at a time.</summary>
    /// <value>Default <c>data</c>, relative to the working directory.</value>
    [Required]
    public string DataDirectory { get; set; } = "data";

    /// <summary>Commits that may wait for the database; the next is refused and may be tried again.</summary>
    /// <value>Default 10,000; 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int MaxQueuedCommits { get; set; } = 10_000;

    /// <summary>How long one commit may take, reconnecting included, before its callers are told that the database is unavailable. What takes as long is not acknowledged.</summary>
    /// <value>Default 5 s; 1 s to 1 min. For <c>postgres</c>.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider == StorageProvider.Postgres && string.IsNullOrWhiteSpace(ConnectionString))
        {
            yield return new ValidationResult(
                "Storage:Provider is postgres and Storage:ConnectionString is empty; set it to an Npgsql connection string.", [nameof(ConnectionString)]);
        }
    }
}
