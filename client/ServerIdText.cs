using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client;

/// <summary>Refuses what is no server id before anything is sent: an activation or a path made from it would be somebody else's.</summary>
internal static class ServerIdText
{
    /// <summary>The text of its key in a project.</summary>
    public static string KeyOf(ProjectId project, string? text) => new SourceServerKey(project, ServerId.Parse(Check(text))).Text;

    public static string Check(string? text) => ServerId.TryParse(text, out ServerId id)
        ? id.Value
        : throw new BrokerException(BrokerErrorReason.InvalidArgument, ServerId.Describe(text));
}
