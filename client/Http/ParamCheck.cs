using System.Text.Json;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>
/// Whether a command's <c>Param</c> may go on the wire. It is part of a body there: nobody could say which part is wrong, and its text could add
/// members to the body.
/// </summary>
internal static class ParamCheck
{
    /// <summary>What is said of one that may not.</summary>
    public const string Fault = "Param is no JSON object; the text of one is needed, as in {\"task_id\":\"t-1\"}.";

    /// <summary>Refuses what may not.</summary>
    /// <exception cref="BrokerException">InvalidArgument: it is no JSON object.</exception>
    public static void Run(string param)
    {
        if (!IsObject(param))
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, Fault);
        }
    }

    /// <summary>Whether it is the text of one JSON object.</summary>
    public static bool IsObject(string param)
    {
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(param);
            return parsed.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException)
        {
            // The latter for text that is no UTF-16.
            return false;
        }
    }
}
