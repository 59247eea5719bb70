namespace CommandBroker.Storage.Identity.Sql;

/// <summary>Removes what is too old. Audit rows rise with time but for the clocks' differences, so the walk begins at the lowest number.</summary>
internal static class IdentityPurger
{
    private const string PurgeAudit =
        "delete from audit where audit_no in (select audit_no from (select audit_no, occurred_at from audit order by audit_no limit $2) oldest where occurred_at < $1)";

    private const string PurgeRevocations =
        "delete from token_revocation where token_id in (select token_id from token_revocation where expires_at < $1 limit $2)";

    // A key that somebody may still use is kept for a while, so that the refusal says that it ended; temporary ones end all day long.
    private const string PurgeCredentials = """
        delete from credential where credential_id in (
            select credential_id from credential where expires_at < $1 and (session_token_hash is not null or expires_at < $2) limit $3)
        """;

    private const string PurgeTokenKeys = "delete from token_key where expires_at < $1";

    // First, and always: it locks the row that writes lock first, so the two cannot wait for each other.
    private const string Trim = """
        update identity_revision set trimmed_to = case when trimmed_to < revision - $1 then revision - $1 else trimmed_to end
        """;

    private const string PurgeChanges = "delete from identity_change where revision <= (select trimmed_to from identity_revision)";

    private const string PurgeWrites = "delete from identity_write where revision <= (select trimmed_to from identity_revision)";

    /// <inheritdoc cref="IIdentityStore.PurgeAsync"/>
    public static async ValueTask<int> RunAsync(IIdentitySession session, IdentityPurge purge)
    {
        await session.RunAsync(Trim, purge.KeptRevisions);
        await session.RunAsync(PurgeChanges);
        await session.RunAsync(PurgeWrites);
        long now = purge.Now.UtcTicks;
        int most = await session.RunAsync(PurgeAudit, purge.AuditBefore.UtcTicks, (long)purge.Limit);
        most = Math.Max(most, await session.RunAsync(PurgeRevocations, now, (long)purge.Limit));
        most = Math.Max(most, await session.RunAsync(PurgeCredentials, now, purge.EndedKeysBefore.UtcTicks, (long)purge.Limit));
        await session.RunAsync(PurgeTokenKeys, now);
        return most;
    }
}
