using System.Security.Cryptography;

namespace CommandBroker.Client.Tls;

/// <summary>
/// What some files say, read again when they say something else, so that renewed certificates need no restart. While new files do not fit each other the
/// last that did count on. What is in the files is compared, not when they were written: where they are links, as secrets of Kubernetes are, the links stay the same.
/// </summary>
internal sealed class ReloadedFiles<T>
    where T : class
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<T> _read;
    private readonly Action<T> _onRead;
    private readonly Action<Exception> _onFailed;
    private readonly TimeProvider _clock;
    private string _tried;
    private long _checkedAt;
    private volatile T _current;

    /// <summary>Reads them; a fault of the files goes to the caller.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="read">Reads them; see <see cref="IsOfTheFiles"/>.</param>
    /// <param name="onRead">Told after each later reading.</param>
    /// <param name="onFailed">Told once for each content that cannot be used.</param>
    /// <param name="clock">The clock by which they are looked at, once a second at most and only when they are needed.</param>
    public ReloadedFiles(IReadOnlyList<string> paths, Func<T> read, Action<T> onRead, Action<Exception> onFailed, TimeProvider clock)
    {
        (_paths, _read, _onRead, _onFailed, _clock) = (paths, read, onRead, onFailed, clock);
        _tried = Fingerprint();
        _checkedAt = clock.GetTimestamp();
        _current = read();
    }

    /// <summary>What the files say now, or said when they last could be used.</summary>
    public T Current
    {
        get
        {
            // One looks at the files, the others do not wait for it.
            if (_clock.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval && _gate.TryEnter())
            {
                try
                {
                    Refresh();
                }
                finally
                {
                    _gate.Exit();
                }
            }

            return _current;
        }
    }

    /// <summary>Whether a fault is one of the files: not there, not readable, or not what they should be.</summary>
    public static bool IsOfTheFiles(Exception fault) => fault is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private void Refresh()
    {
        Volatile.Write(ref _checkedAt, _clock.GetTimestamp());
        string now = Fingerprint();
        if (now == _tried)
        {
            return;
        }

        _tried = now;
        try
        {
            // The one before is not disposed of: connections that begin at this moment have it.
            _current = _read();
            _onRead(_current);
        }
        catch (Exception fault) when (IsOfTheFiles(fault))
        {
            _onFailed(fault);
        }
    }

    // Before the files are read: what changes in between is read once more.
    private string Fingerprint()
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (string path in _paths)
            {
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(path)));
            }

            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception fault) when (IsOfTheFiles(fault))
        {
            return fault.Message;
        }
    }
}
