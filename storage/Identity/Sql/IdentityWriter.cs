namespace CommandBroker.Storage.Identity.Sql;

/// <summary>Runs one <see cref="IdentityWrite"/> inside a transaction.</summary>
internal static class IdentityWriter
{
    // The row is locked from here to the commit, so writes take turns and their revisions become visible in order.
    private const string TakeTurn = "update identity_revision set revision = revision";

    private const string FindDone = "select revision from identity_write where write_id = $1";

    // A release before knows its own write by the counter's number alone.
    private const string TakeRevision = """
        update identity_revision set revision = revision + 1, write_id = $1 where cast($2 as bigint) is null or revision = $2
        """;

    private const string NoteDone = "insert into identity_write (write_id, revision) select $1, revision from identity_revision";

    private const string ReadRevision = "select revision from identity_revision";

    private const string PutDomain = """
        insert into domain (domain_id, name, name_folded, is_enabled, created_at) values ($1, $2, $3, $4, $5)
        on conflict (domain_id) do update set name = $2, name_folded = $3, is_enabled = $4
        """;

    private const string PutProject = """
        insert into project (project_id, domain_id, name, name_folded, is_enabled, created_at, max_source_servers, max_pending_commands, max_requests_per_second)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (project_id) do update
        set name = $3, name_folded = $4, is_enabled = $5, max_source_servers = $7, max_pending_commands = $8, max_requests_per_second = $9
        """;

    private const string PutPrincipal = """
        insert into principal (principal_id, domain_id, project_id, name, name_folded, is_domain_wide, server_id, roles, is_enabled,
            password_hash, tokens_valid_from, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (principal_id) do update
        set project_id = $3, name = $4, name_folded = $5, is_domain_wide = $6, server_id = $7, roles = $8, is_enabled = $9,
            password_hash = $10, tokens_valid_from = $11
        """;

    // The secret stays: whoever changes the rest read it a while ago, and it may have been encrypted anew since.
    private const string PutCredential = """
        insert into credential (credential_id, kind, principal_id, description, secret, master_key_id, session_token_hash, is_enabled,
            created_at, expires_at, rotated_to)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (credential_id) do update
        set principal_id = $3, description = $4, session_token_hash = $7, is_enabled = $8, expires_at = $10, rotated_to = $11
        """;

    private const string PutTokenKey = """
        insert into token_key (key_id, public_key, private_key, master_key_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (key_id) do update set expires_at = $6
        """;

    private const string PutRevocation =
        "insert into token_revocation (token_id, expires_at) values ($1, $2) on conflict (token_id) do nothing";

    private const string PutGiven =
        "insert into given_principal (given_id, is_ended) values ($1, $2) on conflict (given_id) do update set is_ended = $2";

    private const string DeleteCredentialsOf = "delete from credential where principal_id = $1";
    private const string DeletePrincipal = "delete from principal where principal_id = $1";
    private const string DeleteCredential = "delete from credential where credential_id = $1";

    private const string PutChange = "insert into identity_change (revision, change_no, kind, subject) values ($1, $2, $3, $4)";

    private const string PutAudit = """
        insert into audit (occurred_at, domain_id, actor_name, principal_id, remote_address, action, project_id, subject, request_id, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    /// <inheritdoc cref="IIdentityStore.WriteAsync"/>
    public static async ValueTask<bool> RunAsync(IIdentitySession session, IdentityWrite write)
    {
        await session.RunAsync(TakeTurn);
        if ((await session.ReadAsync(FindDone, row => row.Number(0), write.WriteId)).Count > 0)
        {
            // This very write, tried again because its answer was lost; others may have come after it.
            return true;
        }

        if (await session.RunAsync(TakeRevision, write.WriteId, write.ExpectedRevision) == 0)
        {
            return false;
        }

        await session.RunAsync(NoteDone, write.WriteId);
        long revision = (await session.ReadAsync(ReadRevision, row => row.Number(0)!.Value))[0];

        await PutTenantsAsync(session, write);
        await PutPrincipalsAsync(session, write);
        await PutTokensAsync(session, write);
        for (int at = 0; at < write.Changes.Length; at++)
        {
            await session.RunAsync(PutChange, revision, (long)at, (long)write.Changes[at].Kind, write.Changes[at].Subject);
        }

        await AppendAsync(session, write.Audit);
        return true;
    }

    /// <summary>Appends events to the audit.</summary>
    /// <returns>How many.</returns>
    public static async ValueTask<int> AppendAsync(IIdentitySession session, IReadOnlyCollection<StoredAuditEvent> events)
    {
        await session.RunAllAsync(PutAudit, [.. events.Select(one => new object?[]
        {
            one.OccurredAt.UtcTicks, one.DomainId, one.ActorName, one.PrincipalId, one.RemoteAddress, one.Action, one.ProjectId, one.Subject, one.RequestId,
            one.Detail,
        })]);
        return events.Count;
    }

    private static async ValueTask PutTenantsAsync(IIdentitySession session, IdentityWrite write)
    {
        foreach (StoredDomain domain in write.Domains)
        {
            await session.RunAsync(
                PutDomain, domain.DomainId, domain.Name, IdentityRows.Fold(domain.Name), Flag(domain.IsEnabled), domain.CreatedAt.UtcTicks);
        }

        foreach (StoredProject project in write.Projects)
        {
            await session.RunAsync(
                PutProject, project.ProjectId, project.DomainId, project.Name, IdentityRows.Fold(project.Name), Flag(project.IsEnabled),
                project.CreatedAt.UtcTicks, (long?)project.MaxSourceServers, (long?)project.MaxPendingCommands, (long?)project.MaxRequestsPerSecond);
        }
    }

    private static async ValueTask PutPrincipalsAsync(IIdentitySession session, IdentityWrite write)
    {
        foreach (string principalId in write.DeletedPrincipals)
        {
            await session.RunAsync(DeleteCredentialsOf, principalId);
            await session.RunAsync(DeletePrincipal, principalId);
        }

        foreach (string credentialId in write.DeletedCredentials)
        {
            await session.RunAsync(DeleteCredential, credentialId);
        }

        foreach (StoredPrincipal principal in write.Principals)
        {
            await session.RunAsync(
                PutPrincipal, principal.PrincipalId, principal.DomainId, principal.ProjectId, principal.Name, IdentityRows.Fold(principal.Name),
                Flag(principal.IsDomainWide), principal.ServerId, (long)principal.Roles, Flag(principal.IsEnabled), principal.PasswordHash,
                principal.TokensValidFrom?.UtcTicks, principal.CreatedAt.UtcTicks);
        }

        foreach (StoredCredential credential in write.Credentials)
        {
            await session.RunAsync(
                PutCredential, credential.CredentialId, (long)credential.Kind, credential.PrincipalId, credential.Description,
                credential.Secret?.Bytes.ToArray(), credential.Secret?.MasterKeyId, credential.SessionTokenHash, Flag(credential.IsEnabled),
                credential.CreatedAt.UtcTicks, credential.ExpiresAt?.UtcTicks, credential.RotatedTo);
        }
    }

    private static async ValueTask PutTokensAsync(IIdentitySession session, IdentityWrite write)
    {
        foreach (StoredTokenKey key in write.TokenKeys)
        {
            await session.RunAsync(
                PutTokenKey, key.KeyId, key.PublicKey.ToArray(), key.PrivateKey.Bytes.ToArray(), key.PrivateKey.MasterKeyId,
                key.CreatedAt.UtcTicks, key.ExpiresAt?.UtcTicks);
        }

        foreach (StoredRevocation revocation in write.Revocations)
        {
            await session.RunAsync(PutRevocation, revocation.TokenId, revocation.ExpiresAt.UtcTicks);
        }

        foreach (StoredGiven given in write.Given)
        {
            await session.RunAsync(PutGiven, given.GivenId, Flag(given.IsEnded));
        }
    }

    private static object Flag(bool value) => value ? 1L : 0L;
}
