using CommandBroker.Identity.Passwords;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>
/// Works on passwords off the grains' threads, a few at a time: each takes a processor for long, and sign-ins must not keep polls waiting.
/// </summary>
internal sealed class PasswordChecks(IOptions<IdentityOptions> options) : IDisposable
{
    private readonly PasswordVault _vault = new(options.Value.PasswordIterations);
    private readonly SemaphoreSlim _free = new(options.Value.MaxPasswordChecks);
    private readonly int _most = options.Value.MaxPasswordChecks + options.Value.MaxQueuedPasswordChecks;
    private int _count;

    /// <summary>
    /// Carries out a sign-in when there is room for it: whatever it asks the database is asked in its place, so that a flood of sign-ins takes no more
    /// connections than there are places.
    /// </summary>
    /// <returns>What came of it; null when too many are under way already, and nothing was done.</returns>
    public async Task<T?> TryRunAsync<T>(Func<Task<T>> signIn)
        where T : class
    {
        if (Interlocked.Increment(ref _count) > _most)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        try
        {
            return await signIn();
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Checks a password when it is its turn, however many wait; see <see cref="PasswordVault.Check"/>.</summary>
    public Task<PasswordCheck> CheckAsync(string? hash, string password) => RunAsync(() => _vault.Check(hash, password));

    /// <summary>Hashes a password.</summary>
    public Task<string> HashAsync(string password) => RunAsync(() => _vault.Hash(password));

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    /// <summary>Does something slow when it is its turn.</summary>
    internal async Task<T> RunAsync<T>(Func<T> work)
    {
        await _free.WaitAsync();
        try
        {
            return await Task.Run(work);
        }
        finally
        {
            _free.Release();
        }
    }
}
