using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage.Identity;

namespace CommandBroker.Grains;

/// <summary>
/// Encrypts every stored secret with the first master key, page by page, for as long as it takes. There is one run at a time. It lives in its activation: with
/// the silo it ends, and the next one goes on with what remains, which the store knows.
/// </summary>
internal sealed class Reencryption(IdentityContext context)
{
    private const int PageCount = 100;

    private const string Unexplained = "The silo failed; its log has more.";

    private ReencryptionState _state;
    private int _count;
    private string? _failure;

    /// <summary>Begins a run, or joins the one that is under way.</summary>
    /// <param name="caller">Who asked, for the audit.</param>
    /// <param name="keepAlive">Called for each page, so that the activation stays.</param>
    /// <param name="stopping">Ends the run.</param>
    public void Start(AdminCaller caller, Action keepAlive, CancellationToken stopping)
    {
        if (_state == ReencryptionState.Running)
        {
            return;
        }

        (_state, _count, _failure) = (ReencryptionState.Running, 0, null);
        _ = RunAsync(caller, keepAlive, stopping);
    }

    /// <summary>How far it is.</summary>
    public async Task<ReencryptionView> ShowAsync()
    {
        // The state first: a run that has ended since leaves fewer than it says, never more.
        (ReencryptionState state, int count, string? failure) = (_state, _count, _failure);
        return new ReencryptionView
        {
            State = state,
            ReencryptedCount = count,
            RemainingCount = await context.Store.CountSecretsNotOfAsync(context.Secrets.MasterKeyId, ReencryptionView.MaxRemainingCount),
            Failure = failure,
        };
    }

    private async Task RunAsync(AdminCaller caller, Action keepAlive, CancellationToken stopping)
    {
        try
        {
            await IdentityFaults.TranslateAsync(WalkAsync(keepAlive, stopping), context.Logger);
            await IdentityFaults.TranslateAsync(TellAsync(caller), context.Logger);
            _state = ReencryptionState.Done;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            _state = ReencryptionState.Idle;
        }
        catch (Exception fault)
        {
            // The outermost border of the run: nobody waits for it.
            IdentityLog.ReencryptionFailed(context.Logger, fault, _count);
            (_state, _failure) = (ReencryptionState.Failed, fault is BrokerException ? fault.Message : Unexplained);
        }
    }

    private async Task WalkAsync(Action keepAlive, CancellationToken stopping)
    {
        string masterKeyId = context.Secrets.MasterKeyId;
        IReadOnlyList<SecretOwner> page;
        do
        {
            // Whatever the store does, the activation serves others between two pages.
            await Task.Yield();
            stopping.ThrowIfCancellationRequested();
            keepAlive();
            page = await context.Store.ReadSecretsNotOfAsync(masterKeyId, PageCount);
            foreach (SecretOwner secret in page)
            {
                string owner = secret.IsTokenKey ? IdentityContext.OwnerOfTokenKey(secret.Id) : IdentityContext.OwnerOfKey(secret.Id);
                _count += await context.Store.ReplaceSecretAsync(secret, context.Seal(context.Open(secret.Secret, owner), owner)) ? 1 : 0;
            }
        }
        while (page.Count > 0);
    }

    private async Task TellAsync(AdminCaller caller)
    {
        string masterKeyId = context.Secrets.MasterKeyId;
        var change = new IdentityChangeSet(caller, context.Now);
        change.Note(AuditActions.SecretsReencrypted, projectId: null, masterKeyId, $"{_count} secrets");
        await context.Store.AppendAuditAsync(change.ToWrite().Audit);
        IdentityLog.SecretsReencrypted(context.Logger, _count, masterKeyId);
    }
}
