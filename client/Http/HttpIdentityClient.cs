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
    public Task<TenantView> CreateDomainAsync(string name, CancellationToken cancellationToken = default) =>
        _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/domains",
            WireJson.Default.TenantView,
            cancellationToken,
            HttpBrokerConnection.Json(new NewTenantBody { Name = name }, WireJson.Default.NewTenantBody));

    /// <inheritdoc/>
    public Task<ImmutableArray<TenantView>> ListDomainsAsync(CancellationToken cancellationToken = default) => ReadAllAsync(async after =>
    {
        DomainListRecord page = await _connection.CallAsync(
            HttpMethod.Get, HttpQuery.Of("api/v1/domains", ("after", after)), WireJson.Default.DomainListRecord, cancellationToken);
        return (page.Domains, page.NextAfter);
    });

    /// <inheritdoc/>
    public Task<TenantView> CreateProjectAsync(string name, string? domainId = null, CancellationToken cancellationToken = default) =>
        _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/projects",
            WireJson.Default.TenantView,
            cancellationToken,
            HttpBrokerConnection.Json(new NewTenantBody { Name = name, DomainId = domainId }, WireJson.Default.NewTenantBody));

    /// <inheritdoc/>
    public Task<ImmutableArray<TenantView>> ListProjectsAsync(string? domainId = null, CancellationToken cancellationToken = default) => ReadAllAsync(async after =>
    {
        ProjectListRecord page = await _connection.CallAsync(
            HttpMethod.Get, HttpQuery.Of("api/v1/projects", ("domain_id", domainId), ("after", after)), WireJson.Default.ProjectListRecord, cancellationToken);
        return (page.Projects, page.NextAfter);
    });

    /// <inheritdoc/>
    public async Task<TenantView?> ShowTenantAsync(string tenantId, CancellationToken cancellationToken = default) =>
        await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("projects", tenantId), WireJson.Default.TenantView, cancellationToken))
        ?? await OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("domains", tenantId), WireJson.Default.TenantView, cancellationToken));

    /// <inheritdoc/>
    public async Task<TenantView> ChangeTenantAsync(string tenantId, TenantChange change, CancellationToken cancellationToken = default)
    {
        Func<HttpContent> body = HttpBrokerConnection.Json(change, WireJson.Default.TenantChange);
        return await OrNullAsync(() => _connection.CallAsync(
                HttpMethod.Patch, Path("projects", tenantId), WireJson.Default.TenantView, cancellationToken, body))
            ?? await _connection.CallAsync(
                HttpMethod.Patch, Path("domains", tenantId), WireJson.Default.TenantView, cancellationToken, body);
    }

    /// <inheritdoc/>
    public Task<PrincipalView> CreatePrincipalAsync(NewPrincipal principal, CancellationToken cancellationToken = default) =>
        _connection.CallOnceAsync(
            HttpMethod.Post,
            "api/v1/users",
            WireJson.Default.PrincipalView,
            cancellationToken,
            HttpBrokerConnection.Json(principal, WireJson.Default.NewPrincipal));

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
            foreach (PrincipalView user in page.Users)
            {
                yield return user;
            }

            after = page.NextAfter;
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public Task<PrincipalView?> ShowPrincipalAsync(string principalId, CancellationToken cancellationToken = default) =>
        OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("users", principalId), WireJson.Default.PrincipalView, cancellationToken));

    /// <inheritdoc/>
    public async Task<PrincipalView?> FindPrincipalAsync(string name, string? domainId = null, CancellationToken cancellationToken = default) =>
        (await _connection.CallAsync(
            HttpMethod.Get,
            HttpQuery.Of("api/v1/users", ("domain_id", domainId), ("name", name)),
            WireJson.Default.UserListRecord,
            cancellationToken)).Users.SingleOrDefault();

    /// <inheritdoc/>
    public Task<PrincipalView> ChangePrincipalAsync(
        string principalId, PrincipalChange change, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(
            HttpMethod.Patch,
            Path("users", principalId),
            WireJson.Default.PrincipalView,
            cancellationToken,
            HttpBrokerConnection.Json(change, WireJson.Default.PrincipalChange));

    /// <inheritdoc/>
    public Task DeletePrincipalAsync(string principalId, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(Path("users", principalId), BrokerErrorReason.UnknownIdentity, cancellationToken);

    /// <inheritdoc/>
    public Task<NewAccessKey> CreateKeyAsync(NewAccessKeyCall call, CancellationToken cancellationToken = default) =>
        MakeKeyAsync("api/v1/keys", HttpBrokerConnection.Json(call, WireJson.Default.NewAccessKeyCall), cancellationToken);

    /// <inheritdoc/>
    public Task<NewAccessKey> CreateAgentKeyAsync(
        string serverId, string? description = null, TimeSpan? lifetime = null, CancellationToken cancellationToken = default)
    {
        var call = new NewAccessKeyCall { Description = description, Lifetime = lifetime };
        return MakeKeyAsync(
            HttpBrokerConnection.SourcePath("api/v1", serverId, "/agent-key"),
            HttpBrokerConnection.Json(call, WireJson.Default.NewAccessKeyCall),
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
            foreach (AccessKeyView key in page.Keys)
            {
                yield return key;
            }

            after = page.NextAfter;
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public Task<AccessKeyView?> ShowKeyAsync(string accessKey, CancellationToken cancellationToken = default) =>
        OrNullAsync(() => _connection.CallAsync(
            HttpMethod.Get, Path("keys", accessKey), WireJson.Default.AccessKeyView, cancellationToken));

    /// <inheritdoc/>
    public Task<NewAccessKey> RotateKeyAsync(string accessKey, TimeSpan? overlap = null, CancellationToken cancellationToken = default) =>
        MakeKeyAsync(
            Path("keys", accessKey) + "/rotate",
            HttpBrokerConnection.Json(new RotateKeyBody { Overlap = overlap }, WireJson.Default.RotateKeyBody),
            cancellationToken);

    /// <inheritdoc/>
    public Task<AccessKeyView> EnableKeyAsync(string accessKey, bool isEnabled, CancellationToken cancellationToken = default) =>
        _connection.CallAsync(
            HttpMethod.Patch,
            Path("keys", accessKey),
            WireJson.Default.AccessKeyView,
            cancellationToken,
            HttpBrokerConnection.Json(new AccessKeyChangeBody { Enabled = isEnabled }, WireJson.Default.AccessKeyChangeBody));

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
        ReencryptionView run = await _connection.CallAsync(HttpMethod.Post, Reencryption, WireJson.Default.ReencryptionView, cancellationToken);
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
    public Task<ReencryptionView> ShowReencryptionAsync(CancellationToken cancellationToken = default) =>
        _connection.CallAsync(HttpMethod.Get, Reencryption, WireJson.Default.ReencryptionView, cancellationToken);

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

    private Task<NewAccessKey> MakeKeyAsync(string path, Func<HttpContent> body, CancellationToken cancellationToken) =>
        _connection.CallOnceAsync(HttpMethod.Post, path, WireJson.Default.NewAccessKey, cancellationToken, body);

    private static async Task<ImmutableArray<TenantView>> ReadAllAsync(Func<string?, Task<(ImmutableArray<TenantView> Page, string? Next)>> read)
    {
        var all = ImmutableArray.CreateBuilder<TenantView>();
        string? after = null;
        do
        {
            (ImmutableArray<TenantView> page, after) = await read(after);
            all.AddRange(page);
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
