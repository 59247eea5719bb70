using System.Globalization;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>Tells a person why a verb waits, instead of after its last attempt.</summary>
internal static class RetryNotice
{
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(1);

    /// <summary>Writes a line before each pause of a second or more: what was met, where, where that address was found, and how long the pause is.</summary>
    public static Action<BrokerException, TimeSpan> To(TextWriter error, Uri endpoint, string origin) => (fault, pause) =>
    {
        if (pause >= Unnoticed)
        {
            error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"cbroker: {fault.Message} Next attempt at {endpoint.GetLeftPart(UriPartial.Authority)} ({origin}) in {Math.Ceiling(pause.TotalSeconds)} s."));
        }
    };
}
