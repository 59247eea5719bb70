using System.Net;

namespace CommandBroker.Client.Http;

/// <summary>
/// Authenticates every request of an <see cref="HttpClient"/>:
/// <c>new HttpClient(new BrokerAuthenticationHandler(credential)) { BaseAddress = new Uri("http://127.0.0.1:8080/") }</c>.
/// With a <see cref="PasswordCredential"/> a request may throw what <see cref="TokenService.SignInAsync"/> throws. Safe for concurrent use.
/// </summary>
public sealed class BrokerAuthenticationHandler : DelegatingHandler
{
    private readonly BrokerCredential? _credential;
    private readonly TimeProvider _time;
    private readonly TokenHolder? _tokens;

    /// <summary>Makes one.</summary>
    /// <param name="credential">What proves who calls; null sends nothing.</param>
    /// <param name="projectId">The project to work in (<c>X-Project-Id</c>), for principals that are domain-wide; null means their own.</param>
    /// <param name="inner">
    /// What sends the requests; null means a new <see cref="SocketsHttpHandler"/> that follows no redirect. One of your own must not follow any either:
    /// the token would go to whatever host an answer names.
    /// </param>
    /// <param name="time">The clock; null means the system's. A signature counts while it agrees with the broker's to 15 minutes.</param>
    public BrokerAuthenticationHandler(
        BrokerCredential? credential, string? projectId = null, HttpMessageHandler? inner = null, TimeProvider? time = null)
        : base(inner ?? Bare())
    {
        _credential = credential;
        ProjectId = projectId;
        _time = time ?? TimeProvider.System;
        _tokens = credential is PasswordCredential password ? new TokenHolder(password, SignInAsync, _time) : null;
    }

    /// <summary>What sends requests that carry a credential: a redirect is an answer like any other, and not followed.</summary>
    public static SocketsHttpHandler Bare() => new() { AllowAutoRedirect = false };

    /// <summary>The project to work in; null means the principal's own.</summary>
    public string? ProjectId { get; }

    private Uri? Broker { get; set; }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ProjectId is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Project-Id", ProjectId);
        }

        switch (_credential)
        {
            case TokenCredential token:
                SetToken(request, token.Token);
                break;
            case AccessKeyCredential key:
                await RequestSigner.SignAsync(request, key, _time.GetUtcNow(), cancellationToken);
                break;
            case PasswordCredential:
                return await SendWithTokenAsync(request, _tokens!, cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _tokens?.Dispose();
        }

        base.Dispose(disposing);
    }

    // A token may be revoked before it ends, as by a new password: it is renewed once, and the request sent again, which was not carried out.
    private async Task<HttpResponseMessage> SendWithTokenAsync(HttpRequestMessage request, TokenHolder tokens, CancellationToken cancellationToken)
    {
        Broker ??= request.RequestUri;
        string token = await tokens.GetAsync(refused: null, cancellationToken);
        SetToken(request, token);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || request.Content is not (null or ByteArrayContent))
        {
            return response;
        }

        response.Dispose();
        SetToken(request, await tokens.GetAsync(refused: token, cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<BrokerToken> SignInAsync(PasswordCredential credential, CancellationToken cancellationToken)
    {
        using var bare = new HttpClient(new Passage(this), disposeHandler: false) { BaseAddress = new Uri(Broker!.GetLeftPart(UriPartial.Authority) + "/") };
        return await new TokenService(bare).SignInAsync(credential, cancellationToken);
    }

    private static void SetToken(HttpRequestMessage request, string token)
    {
        request.Headers.Remove("X-Auth-Token");
        request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
    }

    /// <summary>The way past the authentication, for the call that fetches the token.</summary>
    private sealed class Passage(BrokerAuthenticationHandler owner) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            owner.SendBareAsync(request, cancellationToken);
    }

    private Task<HttpResponseMessage> SendBareAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);
}
