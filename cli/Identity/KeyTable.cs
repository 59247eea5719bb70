using System.Text.Json;
using System.Text.Json.Nodes;
using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary>Access keys as people read them.</summary>
internal static class KeyTable
{
    public static void Write(IEnumerable<AccessKeyView> keys, TextWriter output)
    {
        var table = new TextTable("ACCESS KEY", "USER", "SOURCE SERVER", "ENABLED", "CREATED", "EXPIRES", "DESCRIPTION");
        foreach (AccessKeyView key in keys)
        {
            table.Add(
                key.AccessKey,
                key.Principal.Name,
                key.Principal.ServerId,
                key.IsEnabled ? "yes" : "no",
                CommandTable.Instant(key.CreatedAt),
                CommandTable.Instant(key.ExpiresAt) ?? "never",
                key.Description);
        }

        table.WriteTo(output);
    }

    /// <summary>Writes a key that was just made, with its secret.</summary>
    /// <param name="session">The run.</param>
    /// <param name="made">The key.</param>
    /// <param name="file">A new file for it, for its owner only; null writes the key to the output.</param>
    public static void WriteNew(CliSession session, NewAccessKey made, SecretFile? file)
    {
        if (file is not null)
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(made, WireJson.Readable.NewAccessKey));
            session.Answer.WriteFacts(
                $"The access key {made.Key.AccessKey} and its secret are in {file.Path}.", new JsonObject { ["access_key"] = made.Key.AccessKey, ["file"] = file.Path });
            return;
        }

        session.Answer.Write(made, WireJson.Readable.NewAccessKey, output =>
        {
            output.WriteLine($"access key      {made.Key.AccessKey}");
            output.WriteLine($"secret key      {made.SecretKey}");
            if (made.SecurityToken is { } token)
            {
                output.WriteLine($"security token  {token}");
            }

            output.WriteLine($"user            {TextTable.OneLine(made.Key.Principal.Name)}");
            output.WriteLine($"expires         {CommandTable.Instant(made.Key.ExpiresAt) ?? "never"}");
        });
        session.Host.Error.WriteLine("The secret key is not shown again.");
    }
}
