using CommandBroker.Identity.Signatures;

namespace CommandBroker.Gateway.Identity;

/// <summary>What checking signatures needs besides the request: the rules, the locks and the signatures that have been used.</summary>
internal sealed class SignatureParts
{
    /// <summary>Makes them from the settings.</summary>
    public SignatureParts(IOptions<AdmissionOptions> options)
    {
        AdmissionOptions settings = options.Value;
        IsAccepted = settings.AcceptSignatures;
        LockTimeout = settings.KeyLockTimeout;
        Options = new SignatureOptions { MaxClockSkew = settings.MaxClockSkew, AllowUnsignedPayload = settings.AllowUnsignedPayload };
        Locks = new KeyLock(new KeyLockOptions { MaxFailureCount = settings.KeyLockFailures, LockTimeout = settings.KeyLockTimeout });
        Used = new ReplayGuard(new ReplayGuardOptions { MaxSignatureCount = settings.MaxRememberedSignatures }, Options);
    }

    /// <summary>Whether signatures count at all.</summary>
    public bool IsAccepted { get; }

    /// <summary>What a signed request may look like.</summary>
    public SignatureOptions Options { get; }

    /// <summary>How long a lock holds.</summary>
    public TimeSpan LockTimeout { get; }

    /// <summary>Keys with too many wrong signatures.</summary>
    public KeyLock Locks { get; }

    /// <summary>Signatures that have been used.</summary>
    public ReplayGuard Used { get; }
}
