using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// What an administrator may see and change. What it may not see is refused in the words for what does not exist; what it sees and may not change, as
/// not allowed.
/// </summary>
internal static class AdminScope
{
    public static bool Sees(this AdminCaller caller, string domainId) => caller.IsBrokerAdmin || caller.Actor.DomainId == domainId;

    public static bool Sees(this AdminCaller caller, StoredProject project) =>
        caller.Sees(project.DomainId) && (caller.ProjectId is null || caller.ProjectId == project.ProjectId);

    /// <summary>Bound to a project, it does not see who may work in others: a new key of theirs would lead out of it.</summary>
    public static bool Sees(this AdminCaller caller, StoredPrincipal principal) =>
        caller.Sees(principal.DomainId) && (caller.ProjectId is null || (caller.ProjectId == principal.ProjectId && !principal.IsDomainWide));

    /// <exception cref="BrokerException">UnknownIdentity.</exception>
    public static T Require<T>(T? found, bool isSeen, string what)
        where T : class => found is not null && isSeen ? found : throw Unknown(what);

    /// <exception cref="BrokerException">Unauthorized.</exception>
    public static void RequireBrokerAdmin(this AdminCaller caller, string what)
    {
        if (!caller.IsBrokerAdmin)
        {
            throw new BrokerException(BrokerErrorReason.Unauthorized,
                $"{what} is for administrators of the broker: those of the default domain who are not bound to a project.");
        }
    }

    /// <exception cref="BrokerException">Unauthorized.</exception>
    public static void RequireDomainWide(this AdminCaller caller, string what)
    {
        if (caller.ProjectId is not null)
        {
            throw new BrokerException(BrokerErrorReason.Unauthorized, $"{what} is for administrators who are not bound to a project.");
        }
    }

    public static BrokerException Unknown(string what) => new(BrokerErrorReason.UnknownIdentity, $"There is no such {what}.");

    public static BrokerException Exists(string what) => new(BrokerErrorReason.IdentityExists, $"A {what} of that name exists.");
}
