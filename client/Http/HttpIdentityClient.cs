using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Client.Http;

/// <summary>Administers identity over HTTP.</summary>
public sealed class HttpIdentityClient : IIdentityClient
{
    private const int PageLimit = 1_000;
    private const string Reencryption = "api/v1/identity/reencrypt";

    private static readonly TimeSpan ReencryptionInterval = TimeSpan.FromSeconds(1);

    private readonly HttpBrokerConnection _connection;
    private readonly TimeProvider _time;

    /// <summary>Makes one; the parameters are those of <see cref="HttpCommandBrokerClient"/>.</summary>
    public HttpIdentityClient(HttpClient http, RetryOptions? retry = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _connection = new HttpBrokerConnection(http, new CallRetrier(retry ?? new RetryOptions(), _time, Random.Shared.NextDouble));
    }

    /// <inheritdoc/>
    public async Task<TenantView> CreateDomainAsync(string name, CancellationToken cancellationToken = default) =>
        (await _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/domains",
            WireJson.Default.TenantRecord,
            cancellationToken,
            HttpBrokerConnection.Json(new NewTenantBody { Name = name }, WireJson.Default.NewTenantBody))).ToView();

    /// <inheritdoc/>
    public Task<ImmutableArray<TenantView>> ListDomainsAsync(CancellationToken cancellationToken = default) => ReadAllAsync(async after =>
    {
        DomainListRecord page = await _connection.CallAsync(
            HttpMethod.Get, HttpQuery.Of("api/v1/domains", ("after", after)), WireJson.Default.DomainListRecord, cancellationToken);
        return (page.Domains, page.NextAfter);
    });

    /// <inheritdoc/>
    public async Task<TenantView> CreateProjectAsync(string name, string? domainId = null, CancellationToken cancellationToken = default) =>
        (await _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/projects",
            WireJson.Default.TenantRecord,
            cancellationToken,
            HttpBrokerConnection.Json(new NewTenantBody { Name = name, DomainId = domainId }, WireJson.Default.NewTenantBody))).ToView();

    /// <inheritdoc/>
    public Task<ImmutableArray<TenantView>> ListProjectsAsync(string? domainId = null, CancellationToken cancellationToken = default) => ReadAllAsync(async after =>
    {
        ProjectListRecord page = await _connection.CallAsync(
            HttpMethod.Get, HttpQuery.Of("api/v1/projects", ("domain_id", domainId), ("after", after)), WireJson.Default.ProjectListRecord, cancellationToken);
        return (page.Projects, page.NextAfter);
    });

    /// <inheritdoc/>
    public async Task<TenantView?> ShowTenantAsync(string tenantId, CancellationToken cancellationToken = default) =>
        (await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("projects", tenantId), WireJson.Default.TenantRecord, cancellationToken))
        ?? await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("domains", tenantId), WireJson.Default.TenantRecord, cancellationToken)))?.ToView();

    /// <inheritdoc/>
    public async Task<TenantView> ChangeTenantAsync(string tenantId, TenantChange change, CancellationToken cancellationToken = default)
    {
        Func<HttpContent> body = HttpBrokerConnection.Json(change.ToWire(), WireJson.Default.TenantChangeBody);
        return (await OrNullAsync(() => _connection.CallAsync(
                HttpMethod.Patch, Path("projects", tenantId), WireJson.Default.TenantRecord, cancellationToken, body))
            ?? await _connection.CallAsync(
                HttpMethod.Patch, Path("domains", tenantId), WireJson.Default.TenantRecord, cancellationToken, body)).ToView();
    }

    /// <inheritdoc/>
    public async Task<PrincipalView> CreatePrincipalAsync(NewPrincipal principal, CancellationToken cancellationToken = default) =>
        (await _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/users",
            WireJson.Default.UserRecord,
            cancellationToken,
            HttpBrokerConnection.Json(principal.ToWire(), WireJson.Default.NewUserBody))).ToView();

    /// <inheritdoc/>
    public async IAsyncEnumerable<PrincipalView> ListPrincipalsAsync(
        string? domainId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            UserListRecord page = await _connection.CallAsync(
                HttpMethod.Get,
                HttpQuery.Of("api/v1/users", ("domain_id", domainId), ("after", after), ("limit", $"{PageLimit}")),
                WireJson.Default.UserListRecord,
                cancellationToken);
            foreach (UserRecord user in page.Users)
            {
                yield return user.ToView();
            }

            after = page.NextAfter;
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public async Task<PrincipalView?> ShowPrincipalAsync(string principalId, CancellationToken cancellationToken = default) =>
        (await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("users", principalId), WireJson.Default.UserRecord, cancellationToken)))?.ToView();

    /// <inheritdoc/>
    public async Task<PrincipalView?> FindPrincipalAsync(string name, string? domainId = null, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(
            HttpMethod.Get,
            HttpQuery.Of("api/v1/users", ("domain_id", domainId), ("name", name)),
            WireJson.Default.UserListRecord,
            cancellationToken)).Users.SingleOrDefault()?.ToView();

    /// <inheritdoc/>
    public async Task<PrincipalView> ChangePrincipalAsync(
        string principalId, PrincipalChange change, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(
            HttpMethod.Patch,
            Path("users", principalId),
            WireJson.Default.UserRecord,
            cancellationToken,
            HttpBrokerConnection.Json(change.ToWire(), WireJson.Default.UserChangeBody))).ToView();

    /// <inheritdoc/>
    public Task DeletePrincipalAsync(string principalId, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(Path("users", principalId), BrokerErrorReason.UnknownIdentity, cancellationToken);

    /// <inheritdoc/>
    public Task<NewAccessKey> CreateKeyAsync(NewAccessKeyCall call, CancellationToken cancellationToken = default) =>
        MakeKeyAsync("api/v1/keys", HttpBrokerConnection.Json(call.ToWire(), WireJson.Default.NewAccessKeyBody), cancellationToken);

    /// <inheritdoc/>
    public Task<NewAccessKey> CreateAgentKeyAsync(
        string serverId, string? description = null, TimeSpan? lifetime = null, CancellationToken cancellationToken = default)
    {
        var call = new NewAccessKeyCall { PrincipalId = "", Description = description ?? "", Lifetime = lifetime };
        return MakeKeyAsync(
            HttpBrokerConnection.SourcePath("api/v1", serverId, "/agent-key"),
            HttpBrokerConnection.Json(call.ToWire(), WireJson.Default.NewAccessKeyBody),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AccessKeyView> ListKeysAsync(
        string? principalId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            AccessKeyListRecord page = await _connection.CallAsync(
                HttpMethod.Get,
                HttpQuery.Of("api/v1/keys", ("user_id", principalId), ("after", after), ("limit", $"{PageLimit}")),
                WireJson.Default.AccessKeyListRecord,
                cancellationToken);
            foreach (AccessKeyRecord key in page.Keys)
            {
                yield return key.ToView();
            }

            after = page.NextAfter;
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public async Task<AccessKeyView?> ShowKeyAsync(string accessKey, CancellationToken cancellationToken = default) =>
        (await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("keys", accessKey), WireJson.Default.AccessKeyRecord, cancellationToken)))?.ToView();

    /// <inheritdoc/>
    public Task<NewAccessKey> RotateKeyAsync(string accessKey, TimeSpan? overlap = null, CancellationToken cancellationToken = default) =>
        MakeKeyAsync(
            Path("keys", accessKey) + "/rotate",
            HttpBrokerConnection.Json(AccessKeyMap.ToRotation(overlap ?? AccessKeyMap.DefaultOverlap), WireJson.Default.RotateKeyBody),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<AccessKeyView> EnableKeyAsync(string accessKey, bool isEnabled, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(
            HttpMethod.Patch,
            Path("keys", accessKey),
            WireJson.Default.AccessKeyRecord,
            cancellationToken,
            HttpBrokerConnection.Json(new AccessKeyChangeBody { Enabled = isEnabled }, WireJson.Default.AccessKeyChangeBody))).ToView();

    /// <inheritdoc/>
    public Task DeleteKeyAsync(string accessKey, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(Path("keys", accessKey), BrokerErrorReason.UnknownIdentity, cancellationToken);

    /// <inheritdoc/>
    public async Task RotateTokenKeyAsync(bool endTokens = false, CancellationToken cancellationToken = default) =>
        await _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/identity/rotate-token-key",
            WireJson.Default.DoneRecord,
            cancellationToken,
            endTokens ? HttpBrokerConnection.Json(new RotateTokenKeyBody { Now = true }, WireJson.Default.RotateTokenKeyBody) : null);

    /// <inheritdoc/>
    public async Task<ReencryptionView> ReencryptAsync(CancellationToken cancellationToken = default)
    {
        ReencryptionView run = (await _connection.CallAsync(
            HttpMethod.Post, Reencryption, WireJson.Default.ReencryptRecord, cancellationToken)).ToView();
        while (run.State == ReencryptionState.Running)
        {
            await Task.Delay(ReencryptionInterval, _time, cancellationToken);
            run = await ShowReencryptionAsync(cancellationToken);
        }

        return run.State switch
        {
            ReencryptionState.Done => run,
            ReencryptionState.Failed => throw new BrokerException(
                BrokerErrorReason.Internal, $"{run.ReencryptedCount} secrets were encrypted anew and {run.RemainingCount} remain. {run.Failure}"),
            _ => throw new BrokerException(
                BrokerErrorReason.Unreachable, $"The silo that encrypted secrets anew has ended, and {run.RemainingCount} remain. Repeat the call: it goes on with them."),
        };
    }

    /// <inheritdoc/>
    public async Task<ReencryptionView> ShowReencryptionAsync(CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(HttpMethod.Get, Reencryption, WireJson.Default.ReencryptRecord, cancellationToken)).ToView();

    /// <inheritdoc/>
    public async Task<ImmutableArray<AuditEvent>> ReadAuditAsync(AuditQuery query, CancellationToken cancellationToken = default)
    {
        // A page that is short need not be the last: each looks at so many events only.
        var found = ImmutableArray.CreateBuilder<AuditEvent>();
        string? before = CommandIdText.Format(query.Before);
        do
        {
            string path = HttpQuery.Of(
                "api/v1/audit",
                ("domain_id", query.DomainId),
                ("project_id", query.ProjectId),
                ("action", query.ActionPrefix),
                ("before", before),
                ("after", CommandIdText.Format(query.After)),
                ("limit", FormattableString.Invariant($"{query.Limit - found.Count}")));
            AuditPageRecord page = await _connection.CallAsync(HttpMethod.Get, path, WireJson.Default.AuditPageRecord, cancellationToken);
            found.AddRange(page.Events.Select(AuditMap.ToEvent));
            before = page.NextBefore;
        }
        while (before is not null && found.Count < query.Limit);

        return found.ToImmutable();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AuditEvent> FollowAuditAsync(
        AuditQuery query, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AuditFollower.FollowAsync(this, query, interval, _time, cancellationToken);

    private async Task<NewAccessKey> MakeKeyAsync(string path, Func<HttpContent> body, CancellationToken cancellationToken) =>
        (await _connection.CallOnceAsync(HttpMethod.Post, path, WireJson.Default.NewAccessKeyRecord, cancellationToken, body)).ToNewKey();

    private static async Task<ImmutableArray<TenantView>> ReadAllAsync(Func<string?, Task<(ImmutableArray<TenantRecord> Page, string? Next)>> read)
    {
        var all = ImmutableArray.CreateBuilder<TenantView>();
        string? after = null;
        do
        {
            (ImmutableArray<TenantRecord> page, after) = await read(after);
            all.AddRange(page.Select(TenantMap.ToView));
        }
        while (after is not null);

        return all.ToImmutable();
    }

    private static async Task<T?> OrNullAsync<T>(Func<Task<T>> call)
        where T : class
    {
        try
        {
            return await call();
        }
        catch (BrokerException fault) when (fault.Reason == BrokerErrorReason.UnknownIdentity)
        {
            return null;
        }
    }

    private static string Path(string family, string id) => $"api/v1/{family}/{Uri.EscapeDataString(id)}";
}
