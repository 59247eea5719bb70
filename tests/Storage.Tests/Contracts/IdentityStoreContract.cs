using CommandBroker.Storage.Identity;
using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>What every <see cref="IIdentityStore"/> promises. A provider subclasses it with its fixture.</summary>
public abstract class IdentityStoreContract(StoreFixture fixture) : IAsyncLifetime
{
    private const string DefaultDomain = "8f0c6a1d3b7e4c52a9d4e1f07b36c5a2";
    private const string DefaultProject = "2d7b94e60c1f4f8fb35a7c9e84d10f63";

    private long _lastWriteId;

    private IIdentityStore Store => fixture.Database.Identities;

    public Task InitializeAsync() => fixture.OpenAsync();

    public Task DisposeAsync() => fixture.DisposeAsync().AsTask();

    [StoreFact]
    public async Task Every_database_has_the_default_domain_and_project()
    {
        StoredDomain? domain = await Store.FindDomainAsync(DefaultDomain);
        StoredProject? project = await Store.FindProjectAsync(DefaultProject);

        Assert.Equal(("default", true), (domain!.Name, domain.IsEnabled));
        Assert.Equal((DefaultDomain, "default", true), (project!.DomainId, project.Name, project.IsEnabled));
        Assert.Equal((null, null, null), (project.MaxSourceServers, project.MaxPendingCommands, project.MaxRequestsPerSecond));
        Assert.InRange(domain.CreatedAt, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(domain, await Store.FindDomainByNameAsync("DEFault"));
        Assert.Equal([project], await Store.ListProjectsAsync(DefaultDomain, "Default", 10));
        Assert.Equal(0, await Store.ReadRevisionAsync());
    }

    [StoreFact]
    public async Task What_was_put_is_read_as_it_was_also_after_a_restart()
    {
        IdentityWrite write = Sample("a");
        Assert.True(await Store.WriteAsync(write));
        await fixture.ReopenAsync();

        PrincipalEntry? entry = await Store.FindPrincipalAsync("u-a");
        Assert.Equal(new PrincipalEntry(write.Principals[0], write.Domains[0], write.Projects[0]), entry);
        Assert.Equal(entry, await Store.FindPrincipalByNameAsync("d-a", "USER-Ü-A"));
        Assert.Null(await Store.FindPrincipalByNameAsync(DefaultDomain, "user-ü-a"));
        CredentialEntry key = (await Store.FindCredentialAsync("AK-a"))!;
        Assert.Equal(write.Credentials[0] with { Secret = null }, key.Credential with { Secret = null });
        Assert.Equal("mk-1", key.Credential.Secret!.MasterKeyId);
        Assert.Equal(write.Credentials[0].Secret!.Bytes, key.Credential.Secret.Bytes, ByteComparer);
        Assert.Equal(entry, key.Owner);
        Assert.Equal(write.Credentials[1], (await Store.FindCredentialAsync("hash-a"))!.Credential);
        StoredTokenKey tokenKey = Assert.Single(await Store.ReadTokenKeysAsync());
        Assert.Equal(write.TokenKeys[0].PublicKey, tokenKey.PublicKey, ByteComparer);
        Assert.Equal(write.TokenKeys[0].PrivateKey.Bytes, tokenKey.PrivateKey.Bytes, ByteComparer);
        Assert.Equal((write.TokenKeys[0].CreatedAt, write.TokenKeys[0].ExpiresAt), (tokenKey.CreatedAt, tokenKey.ExpiresAt));
        Assert.Equal(["t-a"], await Store.ReadRevocationsAsync(Samples.Noon));
        Assert.Equal(write.Audit[0] with { AuditNo = 1 }, Assert.Single((await Store.ReadAuditAsync(Audit())).Events));
    }

    [StoreFact]
    public async Task What_was_read_is_vouched_for_while_nothing_has_changed()
    {
        Assert.True(await Store.VouchAsync(0));
        await Store.WriteAsync(Sample("a"));

        Assert.False(await Store.VouchAsync(0));
        Assert.True(await Store.VouchAsync(1));
        Assert.Equal(1, await Store.ReadRevisionAsync());
    }

    [StoreFact]
    public async Task A_row_of_the_same_id_is_written_over()
    {
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write);
        StoredProject project = write.Projects[0] with { MaxPendingCommands = null, IsEnabled = false, Name = "other" };
        StoredPrincipal principal = write.Principals[0] with { Roles = 1, PasswordHash = null, TokensValidFrom = null, IsEnabled = false };
        StoredCredential key = write.Credentials[0] with { IsEnabled = false, ExpiresAt = null };

        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Projects = [project], Principals = [principal], Credentials = [key] });

        Assert.Equal(new PrincipalEntry(principal, write.Domains[0], project), await Store.FindPrincipalAsync("u-a"));
        Assert.Equal((false, null), ((await Store.FindCredentialAsync("AK-a"))!.Credential.IsEnabled, (DateTimeOffset?)null));
    }

    [StoreFact]
    public async Task Projects_that_have_a_quota_of_pending_commands_are_found()
    {
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write);
        Assert.Equal([write.Projects[0]], await Store.ListProjectsWithPendingQuotaAsync());

        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Projects = [write.Projects[0] with { MaxPendingCommands = null }] });
        Assert.Empty(await Store.ListProjectsWithPendingQuotaAsync());
    }

    [StoreFact]
    public async Task A_write_that_was_decided_by_an_older_revision_conflicts_and_writes_nothing()
    {
        long before = await Store.ReadRevisionAsync();
        Assert.True(await Store.WriteAsync(Sample("a") with { ExpectedRevision = before }));

        Assert.False(await Store.WriteAsync(Sample("b") with { ExpectedRevision = before }));

        Assert.Null(await Store.FindDomainAsync("d-b"));
        Assert.Single((await Store.ReadAuditAsync(Audit())).Events);
        Assert.Equal(before + 1, await Store.ReadRevisionAsync());
    }

    [StoreFact]
    public async Task A_write_whose_answer_was_lost_may_be_tried_again()
    {
        IdentityWrite write = Sample("a") with { ExpectedRevision = 0 };

        Assert.True(await Store.WriteAsync(write));
        Assert.True(await Store.WriteAsync(write));
        Assert.True(await Store.WriteAsync(write with { ExpectedRevision = null }));

        Assert.Equal(1, await Store.ReadRevisionAsync());
        Assert.Single((await Store.ReadAuditAsync(Audit())).Events);
    }

    [StoreFact]
    public async Task A_write_whose_answer_was_lost_is_known_also_behind_the_write_of_another()
    {
        IdentityWrite write = Sample("a") with { ExpectedRevision = 0 };
        Assert.True(await Store.WriteAsync(write));
        Assert.True(await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), DeletedCredentials = ["AK-a"] }));

        Assert.True(await Store.WriteAsync(write));
        Assert.True(await Store.WriteAsync(write with { ExpectedRevision = null }));

        Assert.Null(await Store.FindCredentialAsync("AK-a"));
        Assert.Equal(2, await Store.ReadRevisionAsync());
        Assert.Single((await Store.ReadAuditAsync(Audit())).Events);
    }

    [StoreFact]
    public async Task A_change_of_a_key_keeps_the_secret_that_was_encrypted_anew_meanwhile()
    {
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write);
        StoredCredential read = (await Store.FindCredentialAsync("AK-a"))!.Credential;
        foreach (SecretOwner old in await Store.ReadSecretsNotOfAsync("mk-2", 10))
        {
            Assert.True(await Store.ReplaceSecretAsync(old, new StoredSecret("mk-2", [9, 9])));
        }

        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Credentials = [read with { IsEnabled = false }] });

        StoredCredential after = (await Store.FindCredentialAsync("AK-a"))!.Credential;
        Assert.Equal((false, "mk-2"), (after.IsEnabled, after.Secret!.MasterKeyId));
        Assert.Empty(await Store.ReadSecretsNotOfAsync("mk-2", 10));
    }

    [StoreFact]
    public async Task A_key_that_is_deleted_in_the_same_write_takes_on_another_secret()
    {
        await Store.WriteAsync(Sample("a"));
        StoredCredential other = Sample("a").Credentials[0] with { Secret = new StoredSecret("mk-2", [7]) };

        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), DeletedCredentials = ["AK-a"], Credentials = [other] });

        Assert.Equal([7], (await Store.FindCredentialAsync("AK-a"))!.Credential.Secret!.Bytes, ByteComparer);
    }

    [StoreFact]
    public async Task Changes_are_told_from_a_revision_on_in_their_order()
    {
        await Store.WriteAsync(Sample("a"));
        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Changes = [new(3, "x"), new(1, "y")] });
        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Changes = [new(5, "z")] });

        IdentityChangeLog log = await Store.ReadChangesAsync(1, 10);

        Assert.Equal((3L, false), (log.Revision, log.IsReset));
        Assert.Equal([new StoredIdentityChange(3, "x"), new(1, "y"), new(5, "z")], log.Changes);
        Assert.Equal((3L, false, 0), Told(await Store.ReadChangesAsync(3, 10)));
        Assert.Equal((3L, false, 3), Told(await Store.ReadChangesAsync(1, 3)));
    }

    [StoreFact]
    public async Task What_cannot_be_told_is_a_reset()
    {
        for (int i = 0; i < 5; i++)
        {
            await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Changes = [new(3, "x")] });
        }

        Assert.Equal((5L, true, 0), Told(await Store.ReadChangesAsync(0, limit: 4)));
        Assert.Equal((5L, true, 0), Told(await Store.ReadChangesAsync(6, limit: 10)));
        await Store.PurgeAsync(new IdentityPurge(Samples.Noon, Samples.Noon, KeptRevisions: 2, Limit: 10, Samples.Noon));
        Assert.Equal((5L, true, 0), Told(await Store.ReadChangesAsync(2, limit: 10)));
        Assert.Equal((5L, false, 2), Told(await Store.ReadChangesAsync(3, limit: 10)));
    }

    [StoreFact]
    public async Task A_deleted_principal_takes_its_credentials_along()
    {
        await Store.WriteAsync(Sample("a"));
        await Store.WriteAsync(Sample("b"));

        await Store.WriteAsync(new IdentityWrite { WriteId = NextId(), DeletedPrincipals = ["u-a"], DeletedCredentials = ["hash-b"] });

        Assert.Null(await Store.FindPrincipalAsync("u-a"));
        Assert.Null(await Store.FindCredentialAsync("AK-a"));
        Assert.Null(await Store.FindCredentialAsync("hash-a"));
        Assert.Null(await Store.FindCredentialAsync("hash-b"));
        Assert.NotNull(await Store.FindCredentialAsync("AK-b"));
    }

    [StoreFact]
    public async Task Principals_are_listed_page_by_page_in_the_order_of_their_names()
    {
        await Store.WriteAsync(Sample("a") with { Principals = [.. ((string[])["Carl", "anna", "Bert", "ünal"]).Select(name => Person(name, "d-a", "p-a"))] });

        Assert.Equal(["anna", "Bert"], await NamesAsync(null, 2));
        Assert.Equal(["Carl", "ünal"], await NamesAsync("BERT", 10));

        async Task<string[]> NamesAsync(string? after, int limit) =>
            [.. (await Store.ListPrincipalsAsync(new PrincipalFilter("d-a", null, after, limit))).Select(entry => entry.Principal.Name)];
    }

    [StoreFact]
    public async Task What_is_bound_to_a_project_lists_neither_other_projects_nor_what_is_domain_wide()
    {
        IdentityWrite write = Sample("a");
        StoredProject other = write.Projects[0] with { ProjectId = "p-2", Name = "two" };
        await Store.WriteAsync(write with
        {
            Projects = [write.Projects[0], other],
            Principals = [Person("mine", "d-a", "p-a"), Person("wide", "d-a", "p-a") with { IsDomainWide = true }, Person("theirs", "d-a", "p-2")],
            Credentials = [.. ((string[])["mine", "wide", "theirs"]).Select(name => write.Credentials[0] with { CredentialId = "AK-" + name, PrincipalId = "u-" + name })],
        });

        PrincipalEntry only = Assert.Single(await Store.ListPrincipalsAsync(new PrincipalFilter("d-a", "p-a", null, 10)));
        CredentialEntry key = Assert.Single(await Store.ListCredentialsAsync(new CredentialFilter { DomainId = "d-a", BoundToProjectId = "p-a", Limit = 10 }));

        Assert.Equal("mine", only.Principal.Name);
        Assert.Equal("AK-mine", key.Credential.CredentialId);
    }

    [StoreFact]
    public async Task Principals_that_are_bound_to_a_source_server_are_found_by_it()
    {
        await Store.WriteAsync(Sample("a") with
        {
            Principals =
            [
                Person("one", "d-a", "p-a") with { ServerId = "web" },
                Person("two", "d-a", "p-a") with { ServerId = "web" },
                Person("case", "d-a", "p-a") with { ServerId = "Web" },
                Person("elsewhere", "d-a", "p-b") with { ServerId = "web" },
                Person("free", "d-a", "p-a"),
            ],
        });

        Assert.Equal(
            ["one", "two"],
            (await Store.ListBoundPrincipalsAsync("p-a", "web")).Select(entry => entry.Principal.Name).Order(StringComparer.Ordinal));
        Assert.Empty(await Store.ListBoundPrincipalsAsync("p-a", "other"));
    }

    [StoreFact]
    public async Task Projects_and_domains_are_listed_page_by_page_in_the_order_of_their_names()
    {
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write with
        {
            Projects = [.. ((string[])["Carl", "anna", "Bert"]).Select(name => write.Projects[0] with { ProjectId = "p-" + name, Name = name })],
        });

        Assert.Equal(["anna", "Bert"], (await Store.ListProjectsAsync("d-a", null, 2)).Select(project => project.Name));
        Assert.Equal(["Carl"], (await Store.ListProjectsAsync("d-a", null, 2, after: "BERT")).Select(project => project.Name));
        Assert.Empty(await Store.ListProjectsAsync("d-a", null, 2, after: "Carl"));
        string first = (await Store.ListDomainsAsync(1))[0].Name;
        Assert.Equal((await Store.ListDomainsAsync(2))[1].Name, (await Store.ListDomainsAsync(1, first))[0].Name);
    }

    [StoreFact]
    public async Task Credentials_are_listed_page_by_page_newest_first()
    {
        IdentityWrite write = Sample("a");
        StoredCredential[] keys = [.. Enumerable.Range(0, 5).Select(i =>
            write.Credentials[0] with { CredentialId = $"AK-{i}", CreatedAt = Samples.Noon.AddTicks(i / 2), Description = $"{i}" })];
        await Store.WriteAsync(write with { Credentials = [.. keys, write.Credentials[1]] });
        await Store.WriteAsync(Sample("b"));

        Assert.Equal(["AK-4", "AK-3", "AK-2", "AK-1", "AK-0"], await IdsAsync(CredentialKind.AccessKey, null, 10));
        Assert.Equal(["AK-2", "AK-1"], await IdsAsync(CredentialKind.AccessKey, keys[3], 2));
        Assert.Equal(["hash-a"], await IdsAsync(CredentialKind.Token, null, 10));
        Assert.Equal(6, (await IdsAsync(null, null, 10)).Length);
        Assert.Empty(await Store.ListCredentialsAsync(new CredentialFilter { DomainId = "d-a", PrincipalId = "u-b", Limit = 10 }));

        async Task<string[]> IdsAsync(CredentialKind? kind, StoredCredential? after, int limit) =>
            [.. (await Store.ListCredentialsAsync(new CredentialFilter { DomainId = "d-a", Kind = kind, After = after, Limit = limit }))
                .Select(entry => entry.Credential.CredentialId)];
    }

    [StoreFact]
    public async Task Secrets_that_need_another_master_key_are_found_and_written_anew_once()
    {
        await Store.WriteAsync(Sample("a"));
        Assert.Equal(["mk-1"], await Store.ReadMasterKeyIdsAsync());

        foreach (SecretOwner old in await Store.ReadSecretsNotOfAsync("mk-2", 10))
        {
            Assert.True(await Store.ReplaceSecretAsync(old, new StoredSecret("mk-2", [9, 9])));
            Assert.False(await Store.ReplaceSecretAsync(old, new StoredSecret("mk-3", [8])));
        }

        Assert.Empty(await Store.ReadSecretsNotOfAsync("mk-2", 10));
        Assert.Equal(2, (await Store.ReadSecretsNotOfAsync("mk-1", 10)).Count);
        Assert.Equal(["mk-2"], await Store.ReadMasterKeyIdsAsync());
        Assert.Equal([9, 9], (await Store.FindCredentialAsync("AK-a"))!.Credential.Secret!.Bytes, ByteComparer);
    }

    [StoreFact]
    public async Task A_passwords_hash_is_written_anew_only_over_the_one_that_was_read()
    {
        await Store.WriteAsync(Sample("a"));

        Assert.False(await Store.ReplacePasswordHashAsync("u-a", "other", "new"));
        Assert.True(await Store.ReplacePasswordHashAsync("u-a", "pbkdf2", "new"));
        Assert.Equal("new", (await Store.FindPrincipalAsync("u-a"))!.Principal.PasswordHash);
        Assert.Equal(1, await Store.ReadRevisionAsync());
    }

    [StoreFact]
    public async Task The_audit_is_read_newest_first_and_by_what_is_asked_for()
    {
        StoredAuditEvent one = Sample("a").Audit[0];
        await Store.AppendAuditAsync([one, one with { Action = "key.deleted" }, one with { DomainId = "d-b", ProjectId = null, Action = "command%enqueued" }]);
        await Store.AppendAuditAsync([]);

        Assert.Equal([3L, 2, 1], await NumbersAsync(Audit()));
        Assert.Equal([2L, 1], await NumbersAsync(Audit() with { DomainId = "d-a" }));
        Assert.Equal([2L, 1], await NumbersAsync(Audit() with { ProjectId = "p-a" }));
        Assert.Equal([2L], await NumbersAsync(Audit() with { ActionPrefix = "key.d" }));
        Assert.Empty(await NumbersAsync(Audit() with { ActionPrefix = "%" }));
        Assert.Equal([2L], await NumbersAsync(Audit() with { Before = 3, Limit = 1 }));

        async Task<IEnumerable<long>> NumbersAsync(AuditFilter filter) => (await Store.ReadAuditAsync(filter)).Events.Select(found => found.AuditNo);
    }

    [StoreFact]
    public async Task What_a_start_gave_is_kept_apart_from_revoked_tokens()
    {
        var forever = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await Store.WriteAsync(new IdentityWrite { Given = [new StoredGiven("g-1", false), new StoredGiven("g-2", true)] });
        await Store.WriteAsync(new IdentityWrite { Given = [new StoredGiven("g-1", true)], Revocations = [new StoredRevocation("of-a-release-before", forever)] });
        await fixture.ReopenAsync();

        Assert.Equal(
            [new StoredGiven("g-1", true), new StoredGiven("g-2", true), new StoredGiven("of-a-release-before", true)],
            (await Store.ReadGivenAsync()).OrderBy(given => given.GivenId, StringComparer.Ordinal));
        Assert.Empty(await Store.ReadRevocationsAsync(Samples.Noon));
    }

    [StoreFact]
    public async Task A_prefix_of_an_action_has_the_same_meaning_in_every_store()
    {
        StoredAuditEvent one = Sample("a").Audit[0];
        string[] actions = ["key.created", "KEY.created", "key", "key/", "key.\uD7FF", "key.\uE000", "key.\U0010FFFF", "key.\U0010FFFFa", "kez", "\U0010FFFF"];
        await Store.AppendAuditAsync([.. actions.Select(action => one with { Action = action })]);
        foreach (string prefix in (string[])["", "k", "key", "key.", "key.\uD7FF", "key.\U0010FFFF", "\U0010FFFF", "KEY", "_", "key.c%"])
        {
            string[] expected = [.. actions.Where(action => action.StartsWith(prefix, StringComparison.Ordinal)).Reverse()];
            Assert.Equal(expected, (await Store.ReadAuditAsync(Audit() with { ActionPrefix = prefix })).Events.Select(found => found.Action));
        }
    }

    [StoreFact]
    public async Task A_page_of_the_audit_looks_at_so_many_rows_and_says_where_the_next_one_begins()
    {
        StoredAuditEvent one = Sample("a").Audit[0];
        await Store.AppendAuditAsync([.. Enumerable.Range(1, 25).Select(number => one with
        {
            Action = number % 10 == 1 ? "key.rare" : "key.often",
            DomainId = number % 2 == 1 ? "d-a" : "d-b",
        })]);
        AuditFilter rare = Audit() with { ActionPrefix = "key.r", MaxRead = 7 };

        Assert.Equal(["21 next 19", " next 12", "11 next 5", "1 next "], await PagesAsync(rare));
        Assert.Equal(["21 next 13", "11 next "], await PagesAsync(rare with { DomainId = "d-a", After = 1 }));
        Assert.Equal(["25 24 next 24", "23 22 next 22", "21 next "], await PagesAsync(Audit() with { After = 20, Limit = 2 }));

        async Task<List<string>> PagesAsync(AuditFilter filter)
        {
            var pages = new List<string>();
            do
            {
                StoredAuditPage page = await Store.ReadAuditAsync(filter);
                pages.Add($"{string.Join(' ', page.Events.Select(found => found.AuditNo))} next {page.NextBefore}");
                filter = filter with { Before = page.NextBefore };
            }
            while (filter.Before is not null);

            return pages;
        }
    }

    [StoreFact]
    public async Task Secrets_of_other_master_keys_are_counted_up_to_a_bound()
    {
        await Store.WriteAsync(Sample("a"));
        Assert.Equal((2, 1, 0), (
            await Store.CountSecretsNotOfAsync("mk-2", 10), await Store.CountSecretsNotOfAsync("mk-0", 1), await Store.CountSecretsNotOfAsync("mk-1", 10)));
    }

    [StoreFact]
    public async Task Retention_removes_what_is_too_old_and_uses_no_number_twice()
    {
        await Store.WriteAsync(Sample("a"));
        await Store.AppendAuditAsync([Sample("a").Audit[0] with { OccurredAt = Samples.Noon.AddDays(10) }]);

        int removed = await Store.PurgeAsync(new IdentityPurge(Samples.Noon.AddDays(3), Samples.Noon.AddDays(10), KeptRevisions: 1_000, Limit: 10, Samples.Noon));

        Assert.Equal(1, removed);
        Assert.Equal(2, Assert.Single((await Store.ReadAuditAsync(Audit())).Events).AuditNo);
        Assert.Empty(await Store.ReadRevocationsAsync(Samples.Noon));
        Assert.Empty(await Store.ReadTokenKeysAsync());
        Assert.Null(await Store.FindCredentialAsync("AK-a"));
        Assert.NotNull(await Store.FindCredentialAsync("hash-a"));
        await Store.PurgeAsync(new IdentityPurge(Samples.Noon, Samples.Noon.AddDays(11), KeptRevisions: 1_000, Limit: 10, Samples.Noon));
        Assert.Empty((await Store.ReadAuditAsync(Audit())).Events);
        await Store.AppendAuditAsync([Sample("a").Audit[0]]);
        Assert.Equal(3, Assert.Single((await Store.ReadAuditAsync(Audit())).Events).AuditNo);
    }

    [StoreFact]
    public async Task A_key_that_ended_is_kept_for_a_while_unless_it_is_temporary()
    {
        DateTimeOffset end = Samples.Noon.AddDays(1);
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write with
        {
            Credentials = [write.Credentials[0], write.Credentials[0] with { CredentialId = "AK-lasting", SessionTokenHash = null }],
        });

        Assert.Equal(1, await PurgeAsync(end.AddTicks(1), endedKeysBefore: end));
        Assert.Null(await Store.FindCredentialAsync("AK-a"));
        Assert.Equal("AK-next", (await Store.FindCredentialAsync("AK-lasting"))!.Credential.RotatedTo);
        Assert.Equal(1, await PurgeAsync(end.AddTicks(1), endedKeysBefore: end.AddTicks(1)));
        Assert.Null(await Store.FindCredentialAsync("AK-lasting"));

        Task<int> PurgeAsync(DateTimeOffset now, DateTimeOffset endedKeysBefore) =>
            Store.PurgeAsync(new IdentityPurge(now, Samples.Noon.AddDays(-1), KeptRevisions: 1_000, Limit: 10, endedKeysBefore));
    }

    [StoreFact]
    public async Task Retention_keeps_what_ends_at_this_very_instant()
    {
        IdentityWrite write = Sample("a");
        await Store.WriteAsync(write);

        DateTimeOffset end = write.Credentials[0].ExpiresAt!.Value;
        await Store.PurgeAsync(new IdentityPurge(end, write.Audit[0].OccurredAt, KeptRevisions: 1_000, Limit: 10, end));

        Assert.NotNull(await Store.FindCredentialAsync("AK-a"));
        Assert.Single((await Store.ReadAuditAsync(Audit())).Events);
    }

    [StoreFact]
    public async Task Writes_that_meet_all_take_a_revision_of_their_own()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Store.WriteAsync(new IdentityWrite { WriteId = NextId(), Changes = [new(3, $"{i}")] })));

        IdentityChangeLog log = await Store.ReadChangesAsync(0, 100);

        Assert.Equal((20L, false, 20), Told(log));
        Assert.Equal(20, log.Changes.Distinct().Count());
    }

    private static readonly IEqualityComparer<IEnumerable<byte>> ByteComparer =
        EqualityComparer<IEnumerable<byte>>.Create((left, right) => left!.SequenceEqual(right!), bytes => bytes.Count());

    private static AuditFilter Audit() => new(null, null, null, null, 100);

    private static (long Revision, bool IsReset, int Count) Told(IdentityChangeLog log) => (log.Revision, log.IsReset, log.Changes.Count);

    private static StoredPrincipal Person(string name, string domainId, string projectId) => new()
    {
        PrincipalId = "u-" + name,
        DomainId = domainId,
        ProjectId = projectId,
        Name = name,
        Roles = 2,
        CreatedAt = Samples.Noon,
    };

    private long NextId() => Interlocked.Increment(ref _lastWriteId);

    /// <summary>A tenant with everything, no member of which is its default.</summary>
    private IdentityWrite Sample(string id) => new()
    {
        WriteId = NextId(),
        Domains = [new StoredDomain { DomainId = "d-" + id, Name = "Domain " + id, IsEnabled = false, CreatedAt = Samples.Noon }],
        Projects =
        [
            new StoredProject
            {
                ProjectId = "p-" + id,
                DomainId = "d-" + id,
                Name = "Project " + id,
                CreatedAt = Samples.Noon.AddTicks(1),
                MaxSourceServers = 1,
                MaxPendingCommands = 2,
                MaxRequestsPerSecond = 3,
            },
        ],
        Principals =
        [
            Person("user-ü-" + id, "d-" + id, "p-" + id) with
            {
                PrincipalId = "u-" + id,
                IsDomainWide = true,
                ServerId = "server-1",
                Roles = 14,
                PasswordHash = "pbkdf2",
                TokensValidFrom = Samples.Noon.AddTicks(2),
            },
        ],
        Credentials =
        [
            new StoredCredential
            {
                CredentialId = "AK-" + id,
                Kind = CredentialKind.AccessKey,
                PrincipalId = "u-" + id,
                Description = "漢 🚀",
                Secret = new StoredSecret("mk-1", [0, 255, 3]),
                SessionTokenHash = "session",
                CreatedAt = Samples.Noon.AddTicks(3),
                ExpiresAt = Samples.Noon.AddDays(1),
                RotatedTo = "AK-next",
            },
            new StoredCredential { CredentialId = "hash-" + id, Kind = CredentialKind.Token, PrincipalId = "u-" + id, IsEnabled = false, CreatedAt = Samples.Noon },
        ],
        TokenKeys =
        [
            new StoredTokenKey
            {
                KeyId = "k-" + id,
                PublicKey = [1, 2],
                PrivateKey = new StoredSecret("mk-1", [4, 5]),
                CreatedAt = Samples.Noon,
                ExpiresAt = Samples.Noon.AddDays(2),
            },
        ],
        Revocations = [new StoredRevocation("t-" + id, Samples.Noon.AddDays(1))],
        Changes = [new StoredIdentityChange(4, "d-" + id)],
        Audit =
        [
            new StoredAuditEvent
            {
                OccurredAt = Samples.Noon,
                DomainId = "d-" + id,
                ActorName = "olga",
                PrincipalId = "u-o",
                RemoteAddress = "::1",
                Action = "key.created",
                ProjectId = "p-" + id,
                Subject = "AK-" + id,
                RequestId = "r-1",
                Detail = "for 漢",
            },
        ],
    };
}
