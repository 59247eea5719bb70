using CommandBroker.Contracts;

namespace CommandBroker.Cli;

/// <summary>What the process ends with. Documented in the help of the root command.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int Unauthorized = 4;
    public const int NotFound = 5;
    public const int BrokerFault = 6;

    /// <summary><c>admin verify</c> found something in the store that must not be.</summary>
    public const int Violated = 7;

    /// <summary>128 + SIGINT, as shells expect it.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGPIPE: the reader of the output has gone, as of <c>cbroker watch SERVER | head -1</c>.</summary>
    public const int ReaderGone = 141;

    public static int Of(BrokerErrorReason reason) => reason switch
    {
        BrokerErrorReason.InvalidArgument => Usage,
        BrokerErrorReason.Unreachable or BrokerErrorReason.StorageUnavailable or BrokerErrorReason.Throttled => Unreachable,
        BrokerErrorReason.Unauthorized => Unauthorized,
        BrokerErrorReason.UnknownSourceServer or BrokerErrorReason.UnknownCommand or BrokerErrorReason.UnknownIdentity => NotFound,
        BrokerErrorReason.Internal or BrokerErrorReason.Quarantined => BrokerFault,
        _ => Refused,
    };
}
