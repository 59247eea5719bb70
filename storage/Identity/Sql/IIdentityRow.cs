namespace CommandBroker.Storage.Identity.Sql;

/// <summary>The row a query stands on.</summary>
internal interface IIdentityRow
{
    /// <summary>A number; null when the column is NULL.</summary>
    long? Number(int column);

    /// <summary>A text; null when the column is NULL.</summary>
    string? Text(int column);

    /// <summary>Bytes; null when the column is NULL.</summary>
    byte[]? Bytes(int column);
}
