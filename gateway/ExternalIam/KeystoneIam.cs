using System.Collections.Frozen;
using System.Net;
using System.Net.Http;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Diagnostics;
using CommandBroker.Gateway.Iam;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Asks a Keystone v3 whose a token is: <c>GET /v3/auth/tokens</c> with the token in <c>X-Subject-Token</c>, in the broker's own name.</summary>
internal sealed class KeystoneIam(IHttpClientFactory clients, KeystoneSession session, IamReach reach, IOptions<KeystoneOptions> options) : IExternalIam
{
    private readonly FrozenDictionary<string, Roles> _roles = NameMap.ReadRoles("Identity:Keystone:RoleMap", options.Value.RoleMap);
    private readonly Uri _address = new(TokensAddress(options.Value) + "?nocatalog");

    /// <inheritdoc/>
    public bool TakesBearer => false;

    /// <summary>The route of tokens.</summary>
    public static Uri TokensAddress(KeystoneOptions options)
    {
        string url = options.Url!.TrimEnd('/');
        return new Uri(url + (url.EndsWith("/v3", StringComparison.Ordinal) ? "" : "/v3") + "/auth/tokens");
    }

    /// <inheritdoc/>
    public Roles RolesOf(string name) => _roles.GetValueOrDefault(name);

    /// <inheritdoc/>
    public async Task<bool> CheckAsync()
    {
        if (await session.GetAsync() is null)
        {
            return false;
        }

        reach.NoteReached();
        return true;
    }

    /// <inheritdoc/>
    public async Task<ExternalAnswer> ValidateAsync(string token)
    {
        // No Keystone's token has other characters, and none of them can be sent on in a header.
        if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return AdmissionRule.TokenUnknown;
        }

        ExternalAnswer? answer = await AskAsync(token);

        // The broker's own token may have been revoked meanwhile: once more with a new one.
        return answer ?? await AskAsync(token) ?? NoteLost("the broker's own new token is not taken");
    }

    /// <summary>Asks once; null when the broker's own token is not taken.</summary>
    private async Task<ExternalAnswer?> AskAsync(string token)
    {
        if (await session.GetAsync() is not { } own)
        {
            return ExternalAnswer.Unavailable;
        }

        try
        {
            GatewayInstruments.IamAsked.Add(1);
            using HttpClient client = clients.CreateClient(IamHttp.Name);
            using var request = new HttpRequestMessage(HttpMethod.Get, _address);
            request.Headers.TryAddWithoutValidation(TokenProof.Header, own);
            request.Headers.TryAddWithoutValidation(IamBorder.SubjectHeader, token);
            using HttpResponseMessage response = await client.SendAsync(request);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK when KeystoneToken.ReadIdentity(await response.Content.ReadAsByteArrayAsync()) is { } identity:
                    reach.NoteReached();
                    return (ExternalAnswer)identity;
                case HttpStatusCode.NotFound or HttpStatusCode.BadRequest when KeystoneToken.IsError(await response.Content.ReadAsByteArrayAsync()):
                    reach.NoteReached();
                    return (ExternalAnswer)AdmissionRule.TokenUnknown;
                case HttpStatusCode.Unauthorized:
                    session.Drop(own);
                    return null;
                case HttpStatusCode.Forbidden:
                    return NoteLost("the broker's own user may not validate tokens (403)");
                default:
                    return NoteLost($"a validation was answered {(int)response.StatusCode}, and not as a Keystone answers");
            }
        }
        catch (Exception failure) when (IamHttp.IsSilence(failure))
        {
            return NoteLost("a validation failed", failure);
        }
    }

    private ExternalAnswer NoteLost(string reason, Exception? failure = null)
    {
        GatewayInstruments.IamFailed.Add(1);
        reach.NoteLost(reason, failure);
        return ExternalAnswer.Unavailable;
    }
}
