using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using CommandBroker.Client.Wire;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Http;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Management;

/// <summary>Reads what a management request carries; what is wrong with it is thrown as <see cref="BrokerErrorReason.InvalidArgument"/>.</summary>
internal sealed class ManagementRequest(SourceServerCache servers, IOptions<GatewayOptions> options)
{
    private const string KeyHeader = "Idempotency-Key";

    /// <summary>The source server of the path, if the caller may see it.</summary>
    /// <exception cref="BrokerException">InvalidArgument, UnknownSourceServer.</exception>
    public async ValueTask<(ServerId Id, ISourceServerGrain Grain)> FindServerAsync(HttpContext context, Principal principal)
    {
        string? text = context.Request.RouteValues["server_id"] as string;
        if (!ServerId.TryParse(text, out ServerId id))
        {
            throw Invalid(ServerId.Describe(text));
        }

        return await servers.FindAsync(principal, id) is { } grain
            ? (id, grain)
            : throw new BrokerException(BrokerErrorReason.UnknownSourceServer, "No such source server is registered.");
    }

    /// <summary>The command number of the path.</summary>
    public static long ReadSeq(HttpContext context) =>
        CommandIdText.TryParse(context.Request.RouteValues["command_id"] as string, out long seq)
            ? seq
            : throw Invalid("command_id must be a whole number from 1.");

    /// <summary>The idempotency key of the header; null when none was sent.</summary>
    public static string? ReadKey(HttpContext context)
    {
        StringValues header = context.Request.Headers[KeyHeader];
        return header.Count == 0 ? null
            : header.Count == 1 && header[0] is { Length: > 0 and <= Command.MaxKeyLength } key ? key
            : throw Invalid($"{KeyHeader} must be sent once and have 1 to {Command.MaxKeyLength} characters.");
    }

    /// <summary>A whole number of the query.</summary>
    public static long? ReadNumber(HttpContext context, string name, long highest)
    {
        StringValues text = context.Request.Query[name];
        return text.Count == 0 ? null
            : long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= 1 && number <= highest ? number
            : throw Invalid($"{name} is {QueryNames.Quote(text.ToString())}; a whole number from 1{(highest == long.MaxValue ? "" : $" to {highest}")} is allowed.");
    }

    /// <summary>A text of the query; null when none was sent.</summary>
    public static string? ReadText(HttpContext context, string name)
    {
        StringValues text = context.Request.Query[name];
        return text.Count <= 1 ? text : throw Invalid($"{name} must be sent once.");
    }

    /// <summary>The body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">What it must be.</param>
    /// <param name="whenEmpty">What an empty body means; null when it must not be empty.</param>
    public async ValueTask<T> ReadBodyAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? whenEmpty = null)
        where T : class
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value.MaxBodyBytes);
        return body.Status switch
        {
            RequestBodyStatus.TooLong => throw Invalid($"The body is too long; Gateway:MaxBodyBytes allows {options.Value.MaxBodyBytes} bytes."),
            RequestBodyStatus.Cut => throw Invalid("The body ends too early."),
            _ when body.Utf8.IsEmpty && whenEmpty is not null => whenEmpty,
            _ when body.Utf8.IsEmpty => throw Invalid("The body is empty; a JSON object is needed."),
            _ => WireReader.Read(body.Utf8, type),
        };
    }

    private static BrokerException Invalid(string message) => new(BrokerErrorReason.InvalidArgument, message);
}
