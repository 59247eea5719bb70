namespace CommandBroker.Storage.Identity;

/// <summary>Something that whoever remembers identities must forget.</summary>
/// <param name="Kind">What it is, as its readers number it.</param>
/// <param name="Subject">Its id.</param>
public sealed record StoredIdentityChange(int Kind, string Subject);
