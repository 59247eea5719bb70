using System.Security.Cryptography;

namespace CommandBroker.Gateway.Identity;

/// <summary>An access key that does not exist, to be asked for in another's place.</summary>
internal static class DecoyKey
{
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>Another order of the characters in each process: from outside it cannot be told which key would lead to one that exists.</summary>
    private static readonly char[] Substitute = Shuffle();

    /// <summary>Makes it out of a key: as long, of the characters that the broker's keys have, and as cheap as taking the key itself.</summary>
    public static string Of(string accessKey) => string.Create(accessKey.Length, accessKey, static (decoy, key) =>
    {
        for (int index = 0; index < decoy.Length; index++)
        {
            decoy[index] = Substitute[key[index] % Substitute.Length];
        }
    });

    private static char[] Shuffle()
    {
        char[] characters = Characters.ToCharArray();
        do
        {
            RandomNumberGenerator.Shuffle(characters.AsSpan());
        }
        while (Characters.All(one => characters[one % characters.Length] == one));

        return characters;
    }
}
