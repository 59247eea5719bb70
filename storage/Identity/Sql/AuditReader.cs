namespace CommandBroker.Storage.Identity.Sql;

/// <summary>
/// Reads a page of the audit, from the newest number down. What is asked for may be rare among millions of rows: so the rows that one page looks at are bounded
/// first, by an index that has their numbers in order, and the page says where the next one begins.
/// </summary>
internal static class AuditReader
{
    private const string FindFloor = "select audit_no from audit where audit_no < $1 and audit_no > $2 order by audit_no desc limit 1 offset $3";

    // A pair, which no other index has in its order: by "domain_id = $4" a plan may walk over the rows of all domains.
    private const string FindFloorOfDomain = """
        select audit_no from audit where (domain_id, audit_no) < ($4, $1) and (domain_id, audit_no) > ($4, $2)
        order by domain_id desc, audit_no desc limit 1 offset $3
        """;

    private const string IsWanted = """
        (cast($3 as text) is null or project_id = $3) and (cast($4 as text) is null or action >= $4) and (cast($5 as text) is null or action < $5)
        """;

    private const string ReadPage =
        $"select {IdentityRows.Audit} from audit where audit_no < $1 and audit_no > $2 and {IsWanted} order by audit_no desc limit $6";

    private const string ReadPageOfDomain = $"""
        select {IdentityRows.Audit} from audit where (domain_id, audit_no) < ($7, $1) and (domain_id, audit_no) > ($7, $2) and {IsWanted}
        order by domain_id desc, audit_no desc limit $6
        """;

    /// <inheritdoc cref="IIdentityStore.ReadAuditAsync"/>
    public static async ValueTask<StoredAuditPage> RunAsync(IIdentitySession session, AuditFilter filter)
    {
        long before = filter.Before ?? long.MaxValue, after = filter.After ?? 0;
        List<long> floors = filter.DomainId is null
            ? await session.ReadAsync(FindFloor, row => row.Number(0)!.Value, before, after, filter.MaxRead - 1L)
            : await session.ReadAsync(FindFloorOfDomain, row => row.Number(0)!.Value, before, after, filter.MaxRead - 1L, filter.DomainId);
        long? floor = floors is [long lowest] ? lowest : null;
        object?[] values =
        [
            before, floor - 1 ?? after, filter.ProjectId, filter.ActionPrefix, filter.ActionPrefix is { } prefix ? PrefixRange.EndOf(prefix) : null, (long)filter.Limit,
        ];
        List<StoredAuditEvent> page = filter.DomainId is null
            ? await session.ReadAsync(ReadPage, IdentityRows.ReadAudit, values)
            : await session.ReadAsync(ReadPageOfDomain, IdentityRows.ReadAudit, [.. values, filter.DomainId]);
        return new StoredAuditPage(page, page.Count == filter.Limit ? page[^1].AuditNo : floor);
    }
}
