using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace CommandBroker.Storage.Identity.Sql;

/// <summary>Columns and how they are read, in one order.</summary>
internal static class IdentityRows
{
    public const string Domain = "d.domain_id, d.name, d.is_enabled, d.created_at";

    public const string Project =
        "p.project_id, p.domain_id, p.name, p.is_enabled, p.created_at, p.max_source_servers, p.max_pending_commands, p.max_requests_per_second";

    public const string Principal =
        "u.principal_id, u.domain_id, u.project_id, u.name, u.is_domain_wide, u.server_id, u.roles, u.is_enabled, u.password_hash, u.tokens_valid_from, u.created_at";

    public const string Entry = $"{Domain}, {Project}, {Principal}";

    public const string EntryTables =
        "principal u join domain d on d.domain_id = u.domain_id join project p on p.project_id = u.project_id";

    public const string Credential =
        "c.credential_id, c.kind, c.principal_id, c.description, c.secret, c.master_key_id, c.session_token_hash, c.is_enabled, c.created_at, c.expires_at, c.rotated_to";

    public const string TokenKey = "key_id, public_key, private_key, master_key_id, created_at, expires_at";

    public const string Audit =
        "audit_no, occurred_at, domain_id, actor_name, principal_id, remote_address, action, project_id, subject, request_id, detail";

    private const int ProjectAt = 4;
    private const int PrincipalAt = ProjectAt + 8;
    private const int CredentialAt = PrincipalAt + 11;

    /// <summary>A name as it is compared, whatever the case: by these rules, not by those a database was made with.</summary>
    public static string Fold(string name) => name.ToUpperInvariant();

    public static StoredDomain ReadDomain(IIdentityRow row) => new()
    {
        DomainId = row.Text(0)!,
        Name = row.Text(1)!,
        IsEnabled = row.Number(2) != 0,
        CreatedAt = Instant(row, 3)!.Value,
    };

    public static StoredProject ReadProject(IIdentityRow row) => ReadProject(row, 0);

    public static PrincipalEntry ReadEntry(IIdentityRow row) => new(ReadPrincipal(row), ReadDomain(row), ReadProject(row, ProjectAt));

    public static CredentialEntry ReadCredential(IIdentityRow row) => new(
        new StoredCredential
        {
            CredentialId = row.Text(CredentialAt)!,
            Kind = (CredentialKind)row.Number(CredentialAt + 1)!.Value,
            PrincipalId = row.Text(CredentialAt + 2)!,
            Description = row.Text(CredentialAt + 3)!,
            Secret = row.Bytes(CredentialAt + 4) is { } secret ? Secret(row.Text(CredentialAt + 5)!, secret) : null,
            SessionTokenHash = row.Text(CredentialAt + 6),
            IsEnabled = row.Number(CredentialAt + 7) != 0,
            CreatedAt = Instant(row, CredentialAt + 8)!.Value,
            ExpiresAt = Instant(row, CredentialAt + 9),
            RotatedTo = row.Text(CredentialAt + 10),
        },
        ReadEntry(row));

    public static StoredTokenKey ReadTokenKey(IIdentityRow row) => new()
    {
        KeyId = row.Text(0)!,
        PublicKey = ImmutableCollectionsMarshal.AsImmutableArray(row.Bytes(1)),
        PrivateKey = Secret(row.Text(3)!, row.Bytes(2)!),
        CreatedAt = Instant(row, 4)!.Value,
        ExpiresAt = Instant(row, 5),
    };

    public static StoredAuditEvent ReadAudit(IIdentityRow row) => new()
    {
        AuditNo = row.Number(0)!.Value,
        OccurredAt = Instant(row, 1)!.Value,
        DomainId = row.Text(2)!,
        ActorName = row.Text(3)!,
        PrincipalId = row.Text(4),
        RemoteAddress = row.Text(5),
        Action = row.Text(6)!,
        ProjectId = row.Text(7),
        Subject = row.Text(8),
        RequestId = row.Text(9),
        Detail = row.Text(10),
    };

    public static StoredSecret Secret(string masterKeyId, byte[] bytes) => new(masterKeyId, ImmutableCollectionsMarshal.AsImmutableArray(bytes));

    private static StoredProject ReadProject(IIdentityRow row, int at) => new()
    {
        ProjectId = row.Text(at)!,
        DomainId = row.Text(at + 1)!,
        Name = row.Text(at + 2)!,
        IsEnabled = row.Number(at + 3) != 0,
        CreatedAt = Instant(row, at + 4)!.Value,
        MaxSourceServers = (int?)row.Number(at + 5),
        MaxPendingCommands = (int?)row.Number(at + 6),
        MaxRequestsPerSecond = (int?)row.Number(at + 7),
    };

    private static StoredPrincipal ReadPrincipal(IIdentityRow row) => new()
    {
        PrincipalId = row.Text(PrincipalAt)!,
        DomainId = row.Text(PrincipalAt + 1)!,
        ProjectId = row.Text(PrincipalAt + 2)!,
        Name = row.Text(PrincipalAt + 3)!,
        IsDomainWide = row.Number(PrincipalAt + 4) != 0,
        ServerId = row.Text(PrincipalAt + 5),
        Roles = (int)row.Number(PrincipalAt + 6)!.Value,
        IsEnabled = row.Number(PrincipalAt + 7) != 0,
        PasswordHash = row.Text(PrincipalAt + 8),
        TokensValidFrom = Instant(row, PrincipalAt + 9),
        CreatedAt = Instant(row, PrincipalAt + 10)!.Value,
    };

    private static DateTimeOffset? Instant(IIdentityRow row, int column) =>
        row.Number(column) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
