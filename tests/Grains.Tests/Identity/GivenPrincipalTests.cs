using CommandBroker.Contracts.Identity;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>What becomes of the principals that a start gives, once somebody has deleted them or ended their credentials.</summary>
public sealed class GivenPrincipalTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Users_that_are_deleted_leave_no_revocation()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        for (int number = 0; number < 20; number++)
        {
            PrincipalView user = await broker.NewPrincipalAsync();
            await broker.AdminGrain.DeletePrincipalAsync(IdentitySilo.Root, user.PrincipalId);
        }

        Assert.Empty((await broker.Identity.ReadSnapshotAsync()).Revoked);
    }

    [Fact]
    public async Task A_given_principal_that_is_deleted_leaves_no_revocation_and_stays_deleted()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        BootstrapPrincipal token = Of("operator") with { TokenHash = IdentityIds.Hash("token-1") };
        BootstrapPrincipal admin = Of("ada", Password) with { OnlyIfMissing = true };
        await broker.AdminGrain.BootstrapAsync([token, admin]);
        foreach (string name in (string[])["operator", "ada"])
        {
            await broker.AdminGrain.DeletePrincipalAsync(IdentitySilo.Root, (await FindAsync(broker, name))!.PrincipalId);
        }

        await broker.AdminGrain.BootstrapAsync([token, admin, Of("operator", Password) with { OnlyIfMissing = true }]);

        Assert.Null(await FindAsync(broker, "operator"));
        Assert.Null(await FindAsync(broker, "ada"));
        Assert.Empty((await broker.Identity.ReadSnapshotAsync()).Revoked);
    }

    [Fact]
    public async Task An_administrator_whose_development_credentials_were_ended_gets_the_password_of_the_settings()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        string token = IdentityIds.Hash("token-1");
        await broker.AdminGrain.BootstrapAsync([Of("operator", "of-development") with { TokenHash = token, AccessKey = "AKoperator", SecretKey = "secret" }]);
        BootstrapPrincipal admin = Of("operator", Password) with { OnlyIfMissing = true };
        await broker.AdminGrain.BootstrapAsync([admin]);
        Assert.Equal(SignInStatus.Refused, await SignInAsync(broker, "operator", Password));

        await broker.AdminGrain.EndCredentialsAsync(["operator"], [token, "AKoperator"]);
        await broker.AdminGrain.BootstrapAsync([admin]);

        Assert.Equal(SignInStatus.SignedIn, await SignInAsync(broker, "operator", Password));
        Assert.Equal(SignInStatus.Refused, await SignInAsync(broker, "operator", "of-development"));
        long revision = await broker.RevisionAsync();
        await broker.AdminGrain.BootstrapAsync([admin]);
        Assert.Equal(revision, await broker.RevisionAsync());
    }

    private static async Task<PrincipalView?> FindAsync(IdentitySilo broker, string name) =>
        await broker.AdminGrain.FindPrincipalAsync(IdentitySilo.Root, DefaultTenant.DomainId, name);

    private static async Task<SignInStatus> SignInAsync(IdentitySilo broker, string name, string password) => (await broker.Identity.SignInAsync(
        new SignInCall { UserName = name, DomainId = DefaultTenant.DomainId, Password = password, RemoteAddress = "::1" })).Status;

    private static BootstrapPrincipal Of(string name, string? password = null) => new()
    {
        Principal = new NewPrincipal { Name = name, DomainId = DefaultTenant.DomainId, IsDomainWide = true, Roles = Roles.Operator, Password = password },
    };
}
