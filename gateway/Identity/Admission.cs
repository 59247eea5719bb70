using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Identity;

/// <summary>Decides who calls and whether they may, from the headers alone and before any grain is called.</summary>
internal sealed class Admission(CredentialCache credentials)
{
    /// <summary>The header that carries the token.</summary>
    public const string TokenHeader = "X-Auth-Token";

    /// <summary>Admits a caller whose role may do what <paramref name="needed"/> may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="needed">The role.</param>
    /// <param name="principal">The caller, when the answer is <see cref="AdmissionStatus.Admitted"/>.</param>
    public AdmissionStatus Check(HttpContext context, Role needed, out Principal principal)
    {
        principal = null!;
        if (!credentials.IsLoaded)
        {
            return AdmissionStatus.NotReady;
        }

        AdmissionStatus found = ReadToken(context, out string? token);
        if (token is null)
        {
            return found;
        }

        if (credentials.Find(TokenHash.Of(token)) is not { } known)
        {
            return AdmissionStatus.Wrong;
        }

        principal = known;
        return known.Has(needed) ? AdmissionStatus.Admitted : AdmissionStatus.Forbidden;
    }

    private static AdmissionStatus ReadToken(HttpContext context, out string? token)
    {
        token = null;
        if (!context.Request.Headers.TryGetValue(TokenHeader, out StringValues values) || values.Count == 0)
        {
            return AdmissionStatus.Missing;
        }

        if (values.Count > 1 || values[0] is not { Length: > 0 and <= TokenHash.MaxTokenLength } only)
        {
            return AdmissionStatus.Malformed;
        }

        token = only;
        return AdmissionStatus.Admitted;
    }
}
