using CommandBroker.Contracts;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// The one way to change identities: decide by what the store holds, and write if nothing has changed since. Changes of one silo take turns, so that
/// only those of another make one decide again.
/// </summary>
internal sealed class IdentityWrites(IdentityContext context) : IDisposable
{
    private const int MaxRounds = 10;

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Decides and writes.</summary>
    /// <param name="decide">Reads and decides; may be asked again. A null write changes nothing.</param>
    /// <exception cref="BrokerException">StorageUnavailable when others keep writing.</exception>
    public async Task<T> RunAsync<T>(Func<Task<(IdentityWrite? Write, T Answer)>> decide)
    {
        await _turn.WaitAsync();
        try
        {
            for (int round = 1; round <= MaxRounds; round++)
            {
                long revision = await context.Store.ReadRevisionAsync();
                IdentityWrite? write;
                T answer;
                try
                {
                    (write, answer) = await decide();
                }
                catch (BrokerException)
                {
                    // To a repeated call "there is none" acknowledges the deletion that came before it.
                    if (await context.Store.VouchAsync(revision))
                    {
                        throw;
                    }

                    // Refused by what was read partly before and partly after another silo's change.
                    continue;
                }

                if (write is null)
                {
                    // It is so already, and the answer acknowledges what made it so, unless a change that nobody had heard of made it otherwise.
                    if (await context.Store.VouchAsync(revision))
                    {
                        return answer;
                    }

                    continue;
                }

                if (await context.Store.WriteAsync(write with { ExpectedRevision = revision }))
                {
                    return answer;
                }
            }
        }
        finally
        {
            _turn.Release();
        }

        throw new BrokerException(BrokerErrorReason.StorageUnavailable,
            $"Identities are changed from elsewhere at the same time; {MaxRounds} rounds did not settle it. Try again.");
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
