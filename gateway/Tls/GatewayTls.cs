using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CommandBroker.Gateway.Tls;

/// <summary>Applies certificates to every <c>https</c> address of the host's Kestrel.</summary>
internal sealed class GatewayTls(IOptions<GatewayOptions> options, TimeProvider clock, ILoggerFactory logs)
{
    /// <summary>Applies them; without settings of ours Kestrel's own stay.</summary>
    public void Apply(KestrelServerOptions kestrel)
    {
        GatewayOptions settings = options.Value;
        ServerCertificate? own = settings.CertificatePath is { Length: > 0 }
            ? new ServerCertificate(settings, clock, logs.CreateLogger<ServerCertificate>())
            : null;
        ClientCertificateTrust? trust = settings.ClientCertificateAuthorities is { Length: > 0 } ? new ClientCertificateTrust(settings) : null;
        if (own is not null || trust is not null)
        {
            kestrel.ConfigureHttpsDefaults(https => Apply(https, own, trust));
        }
    }

    private static void Apply(HttpsConnectionAdapterOptions https, ServerCertificate? own, ClientCertificateTrust? trust)
    {
        if (own is not null)
        {
            // The selector is what Kestrel wants to see; it knows one certificate only, and the chain goes with the context.
            https.ServerCertificateSelector = (_, _) => own.Current.TargetCertificate;
            https.OnAuthenticate = (_, tls) =>
            {
                tls.ServerCertificateSelectionCallback = null;
                tls.ServerCertificateContext = own.Current;
            };
        }

        if (trust is not null)
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (X509Certificate2 certificate, X509Chain? _, System.Net.Security.SslPolicyErrors _) => trust.Accepts(certificate);
        }
    }
}
