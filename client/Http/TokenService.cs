using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CommandBroker.Client.Wire.Iam;
using CommandBroker.Contracts;

namespace CommandBroker.Client.Http;

/// <summary>
/// Fetches and revokes tokens at the broker's embedded IAM, and tells a caller's projects. Throws <see cref="BrokerException"/>; nothing is repeated.
/// </summary>
/// <param name="http">With the broker's base address (ending in a slash); stays the caller's to dispose.</param>
public sealed class TokenService(HttpClient http)
{
    private const string Path = "v3/auth/tokens";
    private const string TokenHeader = "X-Auth-Token";
    private const string SubjectHeader = "X-Subject-Token";

    /// <summary>Signs in with a user and a password.</summary>
    /// <exception cref="BrokerException">Unauthorized: wrong user, password or scope; which of them is not told. Throttled: refused too often.</exception>
    public async Task<BrokerToken> SignInAsync(PasswordCredential credential, CancellationToken cancellationToken = default)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(SignInBody.Of(credential), IamJson.Default.SignInBody);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        using HttpResponseMessage response = await SendAsync(request, cancellationToken);
        string token = response.Headers.TryGetValues(SubjectHeader, out IEnumerable<string>? values) ? values.First() : throw NoBroker(null);
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            TokenRecord content = (await JsonSerializer.DeserializeAsync(stream, IamJson.Default.TokenEnvelope, cancellationToken))?.Token
                ?? throw new JsonException("null");
            return new BrokerToken { Text = token, ExpiresAt = content.ExpiresAt, Content = content };
        }
        catch (JsonException fault)
        {
            throw NoBroker(fault);
        }
    }

    /// <summary>Makes a token count no more. One that does not count any more is revoked already.</summary>
    public async Task RevokeAsync(string token, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(Path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation(TokenHeader, token);
        request.Headers.TryAddWithoutValidation(SubjectHeader, token);
        try
        {
            (await SendAsync(request, cancellationToken)).Dispose();
        }
        catch (BrokerException fault) when (fault.Reason == BrokerErrorReason.Unauthorized)
        {
            // It has ended by itself, or somebody was faster.
        }
    }

    /// <summary>The projects that the caller may work in (<c>GET /v3/projects</c>). The credential is that of the HTTP client.</summary>
    /// <exception cref="BrokerException">Unauthorized: the credential is missing or wrong, or the embedded IAM is switched off.</exception>
    public async Task<ImmutableArray<NamedRecord>> ListProjectsAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v3/projects", UriKind.Relative));
        using HttpResponseMessage response = await SendAsync(request, cancellationToken, "looks up no projects");
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            ProjectsEnvelope? answer = await JsonSerializer.DeserializeAsync(stream, IamJson.Default.ProjectsEnvelope, cancellationToken);
            return [.. answer?.Projects ?? throw new JsonException("null")];
        }
        catch (JsonException fault)
        {
            throw NoBroker(fault);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken, string refusal = "issues no tokens")
    {
        try
        {
            HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw response.StatusCode == HttpStatusCode.NotFound
                    ? new BrokerException(BrokerErrorReason.Unauthorized, $"This broker {refusal}: its embedded IAM is switched off.")
                    : await HttpFault.ReadAsync(response, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw HttpFault.Unreachable(http.BaseAddress, fault);
        }
    }

    private BrokerException NoBroker(Exception? cause) => new(
        BrokerErrorReason.Internal,
        $"What answers at {http.BaseAddress?.GetLeftPart(UriPartial.Authority)} is not the IAM of a CommandBroker; is the address right?",
        cause);
}
