using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Storage;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>Encrypting every secret anew: for as long as it takes, whatever one call may take.</summary>
public sealed class ReencryptionTests
{
    private const string OldMasterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string NewMasterKey = "HxwdHhsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    private const int KeyCount = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_run_outlasts_the_call_that_began_it_and_a_second_call_joins_it()
    {
        var database = new FaultyDatabase();
        await MakeKeysAsync(database);
        var gate = new TaskCompletionSource();
        int replaced = 0;
        database.BeforeSecret = () =>
        {
            Interlocked.Increment(ref replaced);
            return gate.Task;
        };
        await using Disposable silo = Silo(database);
        IdentitySilo broker = await silo.StartAsync();
        Assert.Equal((ReencryptionState.Idle, 0, KeyCount), Counts(await ShowAsync(broker)));

        Assert.Equal((ReencryptionState.Running, 0, KeyCount), Counts(await broker.AdminGrain.StartReencryptionAsync(IdentitySilo.Root)));
        await UntilAsync(broker, _ => Volatile.Read(ref replaced) == 1);
        Assert.Equal((ReencryptionState.Running, 0, KeyCount), Counts(await broker.AdminGrain.StartReencryptionAsync(IdentitySilo.Root)));
        Assert.Equal(1, replaced);

        gate.SetResult();
        await UntilAsync(broker, view => view.State == ReencryptionState.Done);
        Assert.Equal((ReencryptionState.Done, KeyCount, 0), Counts(await ShowAsync(broker)));
        Assert.Equal(KeyCount, replaced);
        Assert.Equal($"{KeyCount} secrets", Assert.Single(await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = "secrets." })).Detail);
    }

    [Fact]
    public async Task A_run_that_fails_says_why_and_the_next_one_goes_on_with_what_remains()
    {
        var database = new FaultyDatabase();
        await MakeKeysAsync(database);
        int replaced = 0;
        database.BeforeSecret = () => ++replaced == 2 ? throw new StoreUnavailableException("The disk is full.") : Task.CompletedTask;
        await using Disposable silo = Silo(database);
        IdentitySilo broker = await silo.StartAsync();

        await broker.AdminGrain.StartReencryptionAsync(IdentitySilo.Root);
        await UntilAsync(broker, view => view.State == ReencryptionState.Failed);
        ReencryptionView failed = await ShowAsync(broker);
        Assert.Equal((1, KeyCount - 1, "The disk is full."), (failed.ReencryptedCount, failed.RemainingCount, failed.Failure));

        await broker.AdminGrain.StartReencryptionAsync(IdentitySilo.Root);
        await UntilAsync(broker, view => view.State == ReencryptionState.Done);
        Assert.Equal((ReencryptionState.Done, KeyCount - 1, 0), Counts(await ShowAsync(broker)));
    }

    [Fact]
    public async Task A_secret_that_no_master_key_opens_ends_the_run_with_the_key_that_is_missing()
    {
        var database = new FaultyDatabase();
        await MakeKeysAsync(database);
        await using Disposable silo = Silo(database);
        IdentitySilo broker = await silo.StartAsync();
        foreach (CommandBroker.Storage.Identity.SecretOwner one in await database.Identities.ReadSecretsNotOfAsync("", 1))
        {
            await database.Identities.ReplaceSecretAsync(one, one.Secret with { MasterKeyId = "0000000000000000" });
        }

        await broker.AdminGrain.StartReencryptionAsync(IdentitySilo.Root);
        await UntilAsync(broker, view => view.State == ReencryptionState.Failed);
        Assert.Contains("Identity:MasterKey", (await ShowAsync(broker)).Failure, StringComparison.Ordinal);
    }

    private static Disposable Silo(FaultyDatabase database) =>
        new(new IdentitySilo(database, options => options.MasterKey = $"{NewMasterKey}, {OldMasterKey}"));

    private static async Task<ReencryptionView> ShowAsync(IdentitySilo broker) => await broker.AdminGrain.ShowReencryptionAsync(IdentitySilo.Root);

    private static (ReencryptionState State, int Reencrypted, int Remaining) Counts(ReencryptionView view) => (view.State, view.ReencryptedCount, view.RemainingCount);

    private static async Task UntilAsync(IdentitySilo broker, Func<ReencryptionView, bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!holds(await ShowAsync(broker)))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task MakeKeysAsync(FaultyDatabase database)
    {
        await using var first = new Disposable(new IdentitySilo(database, options => options.MasterKey = OldMasterKey));
        IdentitySilo broker = await first.StartAsync();
        PrincipalView user = await broker.NewPrincipalAsync();
        for (int number = 0; number < KeyCount; number++)
        {
            await broker.NewKeyAsync(user.PrincipalId);
        }
    }
}
