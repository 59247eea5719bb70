using CommandBroker.Contracts;
using CommandBroker.Core;

namespace CommandBroker.Client;

/// <summary>Refuses what is no project id before anything is sent.</summary>
internal static class ProjectText
{
    public static ProjectId Check(string? text) => text is null ? ProjectId.Default
        : ProjectId.TryParse(text, out ProjectId id) ? id
        : throw new BrokerException(BrokerErrorReason.InvalidArgument, ProjectId.Describe(text));
}
