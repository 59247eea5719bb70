using System.Security.Cryptography;
using System.Text;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;
using CommandBroker.Identity.Secrets;
using CommandBroker.Storage;
using CommandBroker.Storage.Identity;
using CommandBroker.Storage.Memory;
using CommandBroker.Storage.Postgres;
using CommandBroker.Storage.Sqlite;
using CommandBroker.Testing;
using Npgsql;
using Xunit;

namespace CommandBroker.Grains.Tests;

/// <summary>How identities are kept: bootstrap, master keys, retention, and what a thief of the database finds.</summary>
public sealed class IdentityKeepingTests
{
    private const string Password = "correct horse battery";
    private const string OldMasterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string NewMasterKey = "HxwdHhsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

    [Fact]
    public async Task A_bootstrap_makes_what_is_missing_and_repeating_it_writes_nothing()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        BootstrapPrincipal given = Given("operator", "token-1");

        await broker.AdminGrain.BootstrapAsync([given]);
        long before = await broker.RevisionAsync();
        await broker.AdminGrain.BootstrapAsync([given]);

        Assert.Equal(before, await broker.RevisionAsync());
        CredentialView token = (await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-1")))!;
        Assert.Equal(("operator", Roles.Operator, true), (token.Principal.Name, token.Principal.Roles, token.Principal.IsDomainWide));
        Assert.Null(token.Secret);
        Assert.Equal("secret", (await broker.Identity.FindAccessKeyAsync("AKoperator"))!.Secret);
        Assert.Equal(SignInStatus.SignedIn, await SignInAsync(broker, token.Principal.PrincipalId, Password));
        Assert.Equal("broker", (await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = "principal.bootstrapped" }))[0].Actor.Name);
    }

    [Fact]
    public async Task A_bootstrap_replaces_credentials_and_leaves_what_an_administrator_decided()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        await broker.AdminGrain.BootstrapAsync([Given("operator", "token-1"), Given("other", "token-9")]);
        string id = (await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-1")))!.Principal.PrincipalId;
        await broker.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, id, new PrincipalChange { Roles = Roles.Auditor, IsEnabled = false });

        BootstrapPrincipal next = Given("OPERATOR", "token-2");
        await broker.AdminGrain.BootstrapAsync([next with { SecretKey = "secret-2", Principal = next.Principal with { Password = "another password" } }]);

        Assert.Null(await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-1")));
        PrincipalView after = (await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-2")))!.Principal;
        Assert.Equal((id, Roles.Auditor, false), (after.PrincipalId, after.Roles, after.IsEnabled));
        Assert.Equal("secret-2", (await broker.Identity.FindAccessKeyAsync("AKOPERATOR"))!.Secret);
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync("AKoperator"));
        await broker.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, id, new PrincipalChange { IsEnabled = true });
        Assert.Equal(SignInStatus.Refused, await SignInAsync(broker, id, Password));
        Assert.Equal(SignInStatus.SignedIn, await SignInAsync(broker, id, "another password"));
    }

    [Fact]
    public async Task A_principal_that_was_deleted_is_not_brought_back_by_the_next_start()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        BootstrapPrincipal token = Given("operator", "token-1");
        BootstrapPrincipal password = Given("ada", "token-2") with { TokenHash = null, AccessKey = null, SecretKey = null, OnlyIfMissing = true };
        await broker.AdminGrain.BootstrapAsync([token, password]);
        foreach (string name in (string[])["operator", "ada"])
        {
            await broker.AdminGrain.DeletePrincipalAsync(
                IdentitySilo.Root, (await broker.AdminGrain.FindPrincipalAsync(IdentitySilo.Root, DefaultTenant.DomainId, name))!.PrincipalId);
        }

        await broker.AdminGrain.BootstrapAsync([token, password]);

        Assert.Null(await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-1")));
        Assert.Null(await broker.AdminGrain.FindPrincipalAsync(IdentitySilo.Root, DefaultTenant.DomainId, "operator"));
        Assert.Null(await broker.AdminGrain.FindPrincipalAsync(IdentitySilo.Root, DefaultTenant.DomainId, "ada"));

        await broker.AdminGrain.BootstrapAsync([Given("operator", "token-3")]);
        Assert.NotNull(await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-3")));
    }

    [Theory]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Operator | Roles.Auditor)]
    public async Task A_principal_bound_to_a_source_server_neither_administers_nor_audits(Roles roles)
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        var bound = new NewPrincipal { Name = "bound", DomainId = DefaultTenant.DomainId, ProjectId = DefaultTenant.ProjectId, ServerId = "s1", Roles = roles };

        await Assert.ThrowsAsync<BrokerException>(async () => await broker.AdminGrain.CreatePrincipalAsync(IdentitySilo.Root, bound));
        PrincipalView made = await broker.AdminGrain.CreatePrincipalAsync(IdentitySilo.Root, bound with { Roles = Roles.Operator });
        await Assert.ThrowsAsync<BrokerException>(
            async () => await broker.AdminGrain.ChangePrincipalAsync(IdentitySilo.Root, made.PrincipalId, new PrincipalChange { Roles = roles }));
    }

    [PostgresFact]
    public async Task Silos_that_start_together_make_each_principal_once()
    {
        string connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var left = new Disposable(new IdentitySilo(Open(), options => options.MasterKey = OldMasterKey));
        await using var right = new Disposable(new IdentitySilo(Open(), options => options.MasterKey = OldMasterKey));
        IdentitySilo[] silos = [await left.StartAsync(), await right.StartAsync()];

        await Task.WhenAll(silos.Select(async silo => await silo.AdminGrain.BootstrapAsync([Given("operator", "token-1"), Given("agent", "token-2")])));

        Assert.Equal(
            ["agent", "operator"], (await silos[0].AdminGrain.ListPrincipalsAsync(IdentitySilo.Root, DefaultTenant.DomainId, null, 10)).Select(one => one.Name));
        foreach (IdentitySilo silo in silos)
        {
            CredentialView found = (await silo.Identity.FindTokenAsync(IdentityIds.Hash("token-1")))!;
            Assert.Equal(SignInStatus.SignedIn, await SignInAsync(silo, found.Principal.PrincipalId, Password));
            Assert.Single((await silo.Identity.ReadSnapshotAsync()).TokenKeys);
        }

        PostgresDatabase Open() => new(new StorageOptions { ConnectionString = connectionString });
    }

    [Fact]
    public async Task A_bootstrap_administrator_counts_once()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();
        BootstrapPrincipal given = Given("root", "token-1") with { OnlyIfMissing = true };

        await broker.AdminGrain.BootstrapAsync([given]);
        await broker.AdminGrain.BootstrapAsync([given with { Principal = given.Principal with { Password = "another password" } }]);

        string id = (await broker.Identity.FindTokenAsync(IdentityIds.Hash("token-1")))!.Principal.PrincipalId;
        Assert.Equal(SignInStatus.SignedIn, await SignInAsync(broker, id, Password));
    }

    [Fact]
    public async Task One_token_for_two_principals_is_refused()
    {
        await using var silo = new Disposable(new IdentitySilo());
        IdentitySilo broker = await silo.StartAsync();

        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(async () =>
            await broker.AdminGrain.BootstrapAsync([Given("operator", "token-1"), Given("agent", "token-1")]));

        Assert.Contains("agent", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_master_key_is_exchanged_without_losing_a_secret()
    {
        var database = new MemoryDatabase();
        NewAccessKey key;
        string principalId;
        await using (var first = new Disposable(new IdentitySilo(database, options => options.MasterKey = OldMasterKey)))
        {
            IdentitySilo broker = await first.StartAsync();
            PrincipalView user = await broker.NewPrincipalAsync(password: Password);
            principalId = user.PrincipalId;
            key = await broker.NewKeyAsync(principalId);
            await SignInAsync(broker, principalId, Password);
        }

        await using (var second = new Disposable(new IdentitySilo(database, options => options.MasterKey = $"{NewMasterKey}, {OldMasterKey}")))
        {
            IdentitySilo broker = await second.StartAsync();
            Assert.Equal(key.SecretKey, (await broker.Identity.FindAccessKeyAsync(key.Key.AccessKey))!.Secret);
            Assert.Equal(2, await broker.AdminGrain.ReencryptAsync(IdentitySilo.Root));
            Assert.Equal(0, await broker.AdminGrain.ReencryptAsync(IdentitySilo.Root));
        }

        await using (var third = new Disposable(new IdentitySilo(database, options => options.MasterKey = NewMasterKey)))
        {
            IdentitySilo broker = await third.StartAsync();
            Assert.Equal(key.SecretKey, (await broker.Identity.FindAccessKeyAsync(key.Key.AccessKey))!.Secret);
            Assert.Equal(SignInStatus.SignedIn, await SignInAsync(broker, principalId, Password));
        }

        await using var wrong = new Disposable(new IdentitySilo(database, options => options.MasterKey = OldMasterKey));
        Exception refusal = await Assert.ThrowsAnyAsync<Exception>(wrong.StartAsync);
        Assert.Contains(MasterKey.Parse(NewMasterKey).KeyId, refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(NewMasterKey, refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(OldMasterKey, "file")]
    [InlineData("secret", null)]
    [InlineData(null, "no such file")]
    public void A_master_key_that_cannot_be_is_refused_with_the_setting(string? key, string? file)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => MasterKeySource.Read(new IdentityOptions { MasterKey = key, MasterKeyFile = file }));

        Assert.Contains("Identity:MasterKey", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(OldMasterKey, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_master_key_file_may_hold_several_and_remarks()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, $"# since may\n{NewMasterKey}\n\n  {OldMasterKey}  \n");

        Assert.Equal(
            [MasterKey.Parse(NewMasterKey).KeyId, MasterKey.Parse(OldMasterKey).KeyId],
            MasterKeySource.Read(new IdentityOptions { MasterKeyFile = path }).Select(key => key.KeyId));
        File.Delete(path);
    }

    [Fact]
    public async Task Retention_removes_what_has_ended_and_a_key_that_signs_is_exchanged_when_it_is_due()
    {
        var database = new MemoryDatabase();
        await using var silo = new Disposable(new IdentitySilo(database, options => options.AuditRetention = TimeSpan.FromDays(31)));
        IdentitySilo broker = await silo.StartAsync();
        PrincipalView user = await broker.NewPrincipalAsync();
        NewAccessKey temporary = await broker.AdminGrain.CreateKeyAsync(
            IdentitySilo.Root, new NewAccessKeyCall { PrincipalId = user.PrincipalId, IsTemporary = true, Lifetime = TimeSpan.FromHours(1) });
        NewAccessKey lasting = await broker.NewKeyAsync(user.PrincipalId);
        var maintenance = broker.Hosted<IdentityMaintenanceService>();
        await maintenance.RunAsync(CancellationToken.None);
        string first = Assert.Single((await broker.Identity.ReadSnapshotAsync()).TokenKeys).KeyId;

        broker.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromTicks(1));
        await maintenance.RunAsync(CancellationToken.None);
        Assert.Single((await broker.Identity.ReadSnapshotAsync()).TokenKeys);
        broker.Clock.Advance(TimeSpan.FromTicks(1));
        await maintenance.RunAsync(CancellationToken.None);

        Assert.Equal(2, (await broker.Identity.ReadSnapshotAsync()).TokenKeys.Length);
        Assert.Null(await broker.Identity.FindAccessKeyAsync(temporary.Key.AccessKey));
        Assert.NotNull(await broker.Identity.FindAccessKeyAsync(lasting.Key.AccessKey));
        Assert.NotEmpty(await AuditOfAsync("principal.created"));

        broker.Clock.Advance(TimeSpan.FromDays(2));
        await maintenance.RunAsync(CancellationToken.None);
        Assert.Empty(await AuditOfAsync("principal.created"));
        Assert.NotEmpty(await AuditOfAsync("tokenkey.rotated"));
        Assert.DoesNotContain(first, (await database.Identities.ReadTokenKeysAsync()).Select(key => key.KeyId));

        async Task<IEnumerable<AuditEvent>> AuditOfAsync(string action) =>
            await broker.AdminGrain.ReadEventsAsync(IdentitySilo.Root, new AuditQuery { ActionPrefix = action });
    }

    [Fact]
    public async Task A_store_that_is_down_is_said_to_be_so()
    {
        var database = new FaultyDatabase();
        await using var silo = new Disposable(new IdentitySilo(database, _ => { }));
        IdentitySilo broker = await silo.StartAsync();
        database.IsDown = true;

        foreach (Func<Task> call in (Func<Task>[])
            [
                async () => await broker.Identity.FindAccessKeyAsync("AK"),
                async () => await broker.Identity.ReadChangesAsync(0),
                async () => await broker.AdminGrain.ListDomainsAsync(IdentitySilo.Root, null, 1_000),
            ])
        {
            Assert.Equal(BrokerErrorReason.StorageUnavailable, (await Assert.ThrowsAsync<BrokerException>(call)).Reason);
        }
    }

    [Fact]
    public async Task The_file_of_a_database_holds_no_secret_that_was_used()
    {
        string directory = Path.Combine(Path.GetTempPath(), "commandbroker-" + Guid.NewGuid().ToString("N"));
        var database = new SqliteDatabase(new StorageOptions { DataDirectory = directory });
        string[] secrets = await UseAsync(database);
        await database.DisposeAsync();

        string[] files = [.. Directory.GetFiles(directory).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))];
        string all = string.Concat(files.Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Directory.Delete(directory, recursive: true);

        Assert.Contains("thief of", all, StringComparison.Ordinal);
        AssertNone(secrets, all);
    }

    [PostgresFact]
    public async Task The_tables_of_a_database_hold_no_secret_that_was_used()
    {
        string connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var database = new PostgresDatabase(new StorageOptions { ConnectionString = connectionString });
        string[] secrets = await UseAsync(database);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var all = new StringBuilder();
        foreach (string table in await ColumnAsync("select tablename::text from pg_tables where schemaname = 'public'"))
        {
            // Bytes show as hex; those of a text in bytes are looked for as such, too.
            (await ColumnAsync($"select t::text from {table} t")).ForEach(row => all.AppendLine(row));
        }

        await database.DisposeAsync();
        Assert.Contains("thief of", all.ToString(), StringComparison.Ordinal);
        AssertNone([.. secrets, .. secrets.Select(secret => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)))], all.ToString());

        async Task<List<string>> ColumnAsync(string sql)
        {
            await using var query = new NpgsqlCommand(sql, connection);
            await using NpgsqlDataReader reader = await query.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
            {
                rows.Add(reader.GetString(0));
            }

            return rows;
        }
    }

    /// <summary>Uses every kind of secret once.</summary>
    private static async Task<string[]> UseAsync(IBrokerDatabase database)
    {
        await using var silo = new Disposable(new IdentitySilo(database, options => options.MasterKey = OldMasterKey));
        IdentitySilo broker = await silo.StartAsync();
        await broker.AdminGrain.BootstrapAsync([Given("operator", "token-of-the-operator") with { SecretKey = "secret-of-the-operator" }]);
        PrincipalView user = (await broker.AdminGrain.FindPrincipalAsync(IdentitySilo.Root, DefaultTenant.DomainId, "operator"))!;
        NewAccessKey key = await broker.AdminGrain.CreateKeyAsync(
            IdentitySilo.Root, new NewAccessKeyCall { PrincipalId = user.PrincipalId, Description = "thief of" });
        NewAccessKey temporary = await broker.AdminGrain.CreateKeyAsync(
            IdentitySilo.Root, new NewAccessKeyCall { PrincipalId = user.PrincipalId, IsTemporary = true, Lifetime = TimeSpan.FromHours(1) });
        IssuedToken token = (await broker.Identity.SignInAsync(new SignInCall { UserId = user.PrincipalId, Password = Password, RemoteAddress = "::1" })).Token!;
        await broker.Identity.SignInAsync(new SignInCall { UserName = Password, DomainName = Password, Password = "mistyped user", RemoteAddress = "::1" });
        await broker.Service<AuditFlushService>().FlushAsync();
        var context = broker.Service<IdentityContext>();
        StoredTokenKey tokenKey = (await database.Identities.ReadTokenKeysAsync())[0];

        // The number that is the secret: the rest of a PKCS #8 key is the public half.
        using var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(context.Open(tokenKey.PrivateKey, IdentityContext.OwnerOfTokenKey(tokenKey.KeyId)), out _);
        byte[] privateKey = pair.ExportParameters(includePrivateParameters: true).D!;
        return
        [
            Password, "mistyped user", "token-of-the-operator", "secret-of-the-operator", key.SecretKey, temporary.SecretKey, temporary.SecurityToken!, token.Text,
            OldMasterKey, Encoding.Latin1.GetString(Convert.FromBase64String(OldMasterKey)), Encoding.Latin1.GetString(privateKey), Convert.ToHexStringLower(privateKey),
        ];
    }

    /// <summary>Also no long part of one: a prefix would be as bad.</summary>
    private static void AssertNone(string[] secrets, string all)
    {
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
        Assert.All(secrets.Where(secret => secret.Length > 24), secret => Assert.DoesNotContain(secret[^12..], all, StringComparison.Ordinal));
    }

    private static BootstrapPrincipal Given(string name, string token) => new()
    {
        Principal = new NewPrincipal
        {
            Name = name,
            DomainId = DefaultTenant.DomainId,
            IsDomainWide = true,
            Roles = Roles.Operator,
            Password = Password,
        },
        TokenHash = IdentityIds.Hash(token),
        AccessKey = "AK" + name,
        SecretKey = "secret",
    };

    private static async Task<SignInStatus> SignInAsync(IdentitySilo broker, string userId, string password) =>
        (await broker.Identity.SignInAsync(new SignInCall { UserId = userId, Password = password, RemoteAddress = "::1" })).Status;
}
