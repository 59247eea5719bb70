using System.Text;
using CommandBroker.Core;
using Npgsql;

namespace CommandBroker.Storage.Postgres;

/// <summary>Reads what is stored as the id of a source server. A bit that flipped in the file may have made it none.</summary>
internal static class StoredKeys
{
    /// <summary>Reads a key.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryGetKey(this NpgsqlDataReader row, int column, out SourceServerKey key)
    {
        try
        {
            return SourceServerKey.TryParse(row.GetString(column), out key);
        }
        catch (DecoderFallbackException)
        {
            key = default;
            return false;
        }
    }
}
