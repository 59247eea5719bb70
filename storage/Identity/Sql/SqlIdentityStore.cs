namespace CommandBroker.Storage.Identity.Sql;

/// <summary>The contract of <see cref="IIdentityStore"/> in statements that SQLite and PostgreSQL have in common.</summary>
internal sealed class SqlIdentityStore(IIdentityDatabase database) : IIdentityStore
{
    private const int MaxEventsAtOnce = 1_000;

    // A release before wrote what starts gave, and was deleted, as revocations of the year 9000. No token lasts as long.
    private static readonly DateTimeOffset NeverEnds = new(8000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string SelectDomain = $"select {IdentityRows.Domain} from domain d";
    private const string SelectProject = $"select {IdentityRows.Project} from project p";
    private const string SelectEntry = $"select {IdentityRows.Entry} from {IdentityRows.EntryTables}";

    private const string SelectCredential =
        $"select {IdentityRows.Entry}, {IdentityRows.Credential} from {IdentityRows.EntryTables} join credential c on c.principal_id = u.principal_id";

    private const string ListPrincipals = $"""
        {SelectEntry}
        where u.domain_id = $1 and u.name_folded > $2 and (cast($3 as text) is null or (u.project_id = $3 and u.is_domain_wide = 0))
        order by u.name_folded limit $4
        """;

    private const string ListCredentials = $"""
        {SelectCredential}
        where u.domain_id = $1 and (cast($2 as text) is null or c.principal_id = $2)
            and (cast($3 as text) is null or (u.project_id = $3 and u.is_domain_wide = 0))
            and (cast($4 as bigint) is null or c.kind = $4)
            and (c.created_at < $5 or (c.created_at = $5 and c.credential_id < $6))
        order by c.created_at desc, c.credential_id desc limit $7
        """;

    // Two ranges of the index, not "<>", which would walk over all secrets that are right already.
    private const string SecretsNotOf = """
        select * from (select 0 as is_token_key, credential_id as id, master_key_id, secret from credential where master_key_id < $1 limit $2) lower_ones
        union all
        select * from (select 0, credential_id, master_key_id, secret from credential where master_key_id > $1 limit $2) higher_ones
        union all
        select 1, key_id, master_key_id, private_key from token_key where master_key_id <> $1
        """;

    private const string ReadSecrets = $"select is_token_key, id, master_key_id, secret from ({SecretsNotOf}) found limit $2";
    private const string CountSecrets = $"select count(*) from (select id from ({SecretsNotOf}) found limit $2) counted";

    private const string ReadMasterKeys =
        "select master_key_id from credential where master_key_id is not null union select master_key_id from token_key";

    public async Task<long> ReadRevisionAsync() =>
        (await database.ReadAsync(session => session.ReadAsync("select revision from identity_revision", row => row.Number(0)!.Value)))[0];

    public Task<IdentityChangeLog> ReadChangesAsync(long since, int limit) => database.ReadAsync(async session =>
    {
        (long revision, long trimmedTo) = (await session.ReadAsync(
            "select revision, trimmed_to from identity_revision", row => (row.Number(0)!.Value, row.Number(1)!.Value)))[0];
        if (since > revision || since < trimmedTo)
        {
            return new IdentityChangeLog(revision, IsReset: true, []);
        }

        // A write that commits in between belongs to the next reading.
        List<StoredIdentityChange> changes = since == revision ? [] : await session.ReadAsync(
            "select kind, subject from identity_change where revision > $1 and revision <= $2 order by revision, change_no limit $3",
            row => new StoredIdentityChange((int)row.Number(0)!.Value, row.Text(1)!), since, revision, limit + 1L);
        return changes.Count > limit ? new IdentityChangeLog(revision, IsReset: true, []) : new IdentityChangeLog(revision, IsReset: false, changes);
    });

    public Task<StoredDomain?> FindDomainAsync(string domainId) =>
        FindAsync($"{SelectDomain} where d.domain_id = $1", IdentityRows.ReadDomain, domainId);

    public Task<StoredDomain?> FindDomainByNameAsync(string name) =>
        FindAsync($"{SelectDomain} where d.name_folded = $1", IdentityRows.ReadDomain, IdentityRows.Fold(name));

    public Task<IReadOnlyList<StoredDomain>> ListDomainsAsync(int limit, string? after) => ListAsync(
        $"{SelectDomain} where d.name_folded > $1 order by d.name_folded limit $2", IdentityRows.ReadDomain, Behind(after), (long)limit);

    public Task<StoredProject?> FindProjectAsync(string projectId) =>
        FindAsync($"{SelectProject} where p.project_id = $1", IdentityRows.ReadProject, projectId);

    public Task<IReadOnlyList<StoredProject>> ListProjectsAsync(string domainId, string? name, int limit, string? after) => ListAsync(
        $"""
        {SelectProject} where p.domain_id = $1 and (cast($2 as text) is null or p.name_folded = $2) and p.name_folded > $4
        order by p.name_folded limit $3
        """,
        IdentityRows.ReadProject, domainId, name is null ? null : IdentityRows.Fold(name), (long)limit, Behind(after));

    public Task<IReadOnlyList<StoredProject>> ListProjectsWithPendingQuotaAsync() =>
        ListAsync($"{SelectProject} where p.max_pending_commands is not null", IdentityRows.ReadProject);

    public Task<PrincipalEntry?> FindPrincipalAsync(string principalId) =>
        FindAsync($"{SelectEntry} where u.principal_id = $1", IdentityRows.ReadEntry, principalId);

    public Task<PrincipalEntry?> FindPrincipalByNameAsync(string domainId, string name) =>
        FindAsync($"{SelectEntry} where u.domain_id = $1 and u.name_folded = $2", IdentityRows.ReadEntry, domainId, IdentityRows.Fold(name));

    public Task<IReadOnlyList<PrincipalEntry>> ListPrincipalsAsync(PrincipalFilter filter) => ListAsync(
        ListPrincipals, IdentityRows.ReadEntry, filter.DomainId, Behind(filter.After), filter.BoundToProjectId,
        (long)filter.Limit);

    public Task<IReadOnlyList<PrincipalEntry>> ListBoundPrincipalsAsync(string projectId, string serverId) =>
        ListAsync($"{SelectEntry} where u.project_id = $1 and u.server_id = $2", IdentityRows.ReadEntry, projectId, serverId);

    public Task<CredentialEntry?> FindCredentialAsync(string credentialId) =>
        FindAsync($"{SelectCredential} where c.credential_id = $1", IdentityRows.ReadCredential, credentialId);

    public Task<IReadOnlyList<CredentialEntry>> ListCredentialsAsync(CredentialFilter filter) => ListAsync(
        ListCredentials, IdentityRows.ReadCredential, filter.DomainId, filter.PrincipalId, filter.BoundToProjectId, (long?)filter.Kind,
        filter.After?.CreatedAt.UtcTicks ?? long.MaxValue, filter.After?.CredentialId ?? "", (long)filter.Limit);

    public Task<IReadOnlyList<StoredTokenKey>> ReadTokenKeysAsync() =>
        ListAsync($"select {IdentityRows.TokenKey} from token_key order by created_at desc, key_id", IdentityRows.ReadTokenKey);

    public Task<IReadOnlyList<string>> ReadRevocationsAsync(DateTimeOffset now) => ListAsync(
        "select token_id from token_revocation where expires_at > $1 and expires_at < $2", row => row.Text(0)!, now.UtcTicks, NeverEnds.UtcTicks);

    public Task<IReadOnlyList<StoredGiven>> ReadGivenAsync() => ListAsync(
        "select given_id, is_ended from given_principal union all select token_id, 1 from token_revocation where expires_at >= $1",
        row => new StoredGiven(row.Text(0)!, row.Number(1) != 0), NeverEnds.UtcTicks);

    public Task<IReadOnlyList<SecretOwner>> ReadSecretsNotOfAsync(string masterKeyId, int limit) => ListAsync(
        ReadSecrets,
        row => new SecretOwner(row.Number(0) != 0, row.Text(1)!, IdentityRows.Secret(row.Text(2)!, row.Bytes(3)!)),
        masterKeyId, (long)limit);

    public async Task<int> CountSecretsNotOfAsync(string masterKeyId, int most) =>
        (int)(await ListAsync(CountSecrets, row => row.Number(0)!.Value, masterKeyId, (long)most))[0];

    public Task<IReadOnlyList<string>> ReadMasterKeyIdsAsync() => ListAsync(ReadMasterKeys, row => row.Text(0)!);

    public Task<bool> WriteAsync(IdentityWrite write) => database.WriteAsync(session => IdentityWriter.RunAsync(session, write));

    public Task<bool> VouchAsync(long revision) => database.WriteAsync(async session =>
        await session.RunAsync("update identity_revision set revision = revision where revision = $1", revision) > 0);

    public Task<bool> ReplaceSecretAsync(SecretOwner read, StoredSecret secret) => database.WriteAsync(async session => await session.RunAsync(
        read.IsTokenKey
            ? "update token_key set private_key = $1, master_key_id = $2 where key_id = $3 and private_key = $4"
            : "update credential set secret = $1, master_key_id = $2 where credential_id = $3 and secret = $4",
        secret.Bytes.ToArray(), secret.MasterKeyId, read.Id, read.Secret.Bytes.ToArray()) > 0);

    public Task<bool> ReplacePasswordHashAsync(string principalId, string readHash, string hash) => database.WriteAsync(async session =>
        await session.RunAsync(
            "update principal set password_hash = $1 where principal_id = $2 and password_hash = $3", hash, principalId, readHash) > 0);

    public async Task AppendAuditAsync(IReadOnlyCollection<StoredAuditEvent> events)
    {
        // After an outage many wait: each part has a transaction and a time of its own.
        foreach (StoredAuditEvent[] part in events.Chunk(MaxEventsAtOnce))
        {
            await database.WriteAsync(session => IdentityWriter.AppendAsync(session, part));
        }
    }

    public Task<StoredAuditPage> ReadAuditAsync(AuditFilter filter) => database.ReadAsync(session => AuditReader.RunAsync(session, filter));

    public Task<int> PurgeAsync(IdentityPurge purge) => database.WriteAsync(session => IdentityPurger.RunAsync(session, purge));

    // Every name is behind the empty one.
    private static string Behind(string? after) => after is null ? "" : IdentityRows.Fold(after);

    private async Task<T?> FindAsync<T>(string sql, Func<IIdentityRow, T> read, params object?[] values)
        where T : class => (await database.ReadAsync(session => session.ReadAsync(sql, read, values))).SingleOrDefault();

    private async Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<IIdentityRow, T> read, params object?[] values) =>
        await database.ReadAsync(session => session.ReadAsync(sql, read, values));
}
