using System.Net;
using Microsoft.Extensions.Logging;

namespace CommandBroker.Client.Tls;

/// <summary>What the cluster's connections log.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(4001, LogLevel.Information, "The certificates of {Directory} were read again; they end at {NotAfter}", EventName = "ClusterCertificatesRead")]
    public static partial void CertificatesRead(this ILogger log, string directory, DateTime notAfter);

    [LoggerMessage(4002, LogLevel.Warning, "The certificates of {Directory} have changed and cannot be used; those before stay", EventName = "ClusterCertificatesNotRead")]
    public static partial void CertificatesNotRead(this ILogger log, Exception failure, string directory);

    [LoggerMessage(4003, LogLevel.Warning, "{Peer} has shown no certificate of the cluster's authority and was refused: {Reason}", EventName = "PeerRefused")]
    public static partial void PeerRefused(this ILogger log, EndPoint? peer, string reason);

    [LoggerMessage(4004, LogLevel.Debug, "{Peer} ended the connection, or said nothing for a while, before it had shown a certificate: {Reason}", EventName = "PeerSilent")]
    public static partial void PeerSilent(this ILogger log, EndPoint? peer, string reason);
}
