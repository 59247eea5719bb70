using System.Globalization;
using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>Tells a person why a verb waits, instead of after its last attempt.</summary>
internal static class RetryNotice
{
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(1);

    /// <summary>Writes a line before each pause of a second or more: what was met, where, and how long the pause is.</summary>
    public static Action<BrokerException, TimeSpan> To(TextWriter error, Uri endpoint) => (fault, pause) =>
    {
        if (pause >= Unnoticed)
        {
            error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"cbroker: {fault.Message} Next attempt at {endpoint.GetLeftPart(UriPartial.Authority)} (--endpoint) in {Math.Ceiling(pause.TotalSeconds)} s."));
        }
    };
}
