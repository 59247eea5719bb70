using CommandBroker.Core;

namespace CommandBroker.Grains;

/// <summary>
/// A hand-out whose commit failed, so that its agent was told to come again, and that may have been carried out all the same, or may be
/// at any later time.
/// </summary>
/// <param name="Token">The token of its commit.</param>
/// <param name="Handed">The command as that commit wrote it, if it did.</param>
internal sealed record UnknownDelivery(long Token, Command Handed);
