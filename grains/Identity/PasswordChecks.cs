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

    /// <summary>Checks a password; see <see cref="PasswordVault.Check"/>.</summary>
    /// <returns>Null when too many wait already.</returns>
    public Task<PasswordCheck?> TryCheckAsync(string? hash, string password) => TryRunAsync<PasswordCheck?>(() => _vault.Check(hash, password));

    /// <summary>Checks a password for the broker itself, however many wait.</summary>
    public Task<PasswordCheck> CheckAsync(string? hash, string password) => RunAsync(() => _vault.Check(hash, password));

    /// <summary>Hashes a password.</summary>
    public Task<string> HashAsync(string password) => RunAsync(() => _vault.Hash(password));

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    /// <summary>Does something slow when there is room for it; null when not.</summary>
    internal async Task<T?> TryRunAsync<T>(Func<T> work)
    {
        if (Interlocked.Increment(ref _count) > _most)
        {
            Interlocked.Decrement(ref _count);
            return default;
        }

        try
        {
            return await RunAsync(work);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private async Task<T> RunAsync<T>(Func<T> work)
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
