using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Sdk;

/// <summary>Certificates of authorities as Java reads them: a PKCS #12 store (RFC 7292), since Java takes no PEM.</summary>
internal static class TrustStore
{
    private const string Data = "1.2.840.113549.1.7.1";
    private const string CertificateBag = "1.2.840.113549.1.12.10.1.3";
    private const string X509Certificate = "1.2.840.113549.1.9.22.1";

    // Java counts a certificate of a store as an authority's when it has this attribute (sun.security.pkcs12.PKCS12KeyStore).
    private const string TrustedKeyUsage = "2.16.840.1.113894.746875.1.1";
    private const string AnyUse = "2.5.29.37.0";

    /// <summary>Reads the certificates of a PEM file.</summary>
    /// <exception cref="BrokerException">InvalidArgument: there is none in it, or it cannot be read.</exception>
    public static X509Certificate2Collection Read(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BrokerException(BrokerErrorReason.InvalidArgument, $"--ca is {path}: {fault.Message}", fault);
        }

        return found.Count > 0
            ? found
            : throw new BrokerException(
                BrokerErrorReason.InvalidArgument, $"--ca is {path}, which holds no certificate; a PEM file of authorities is needed.");
    }

    /// <summary>A store without a password and without a checksum: nothing in it is secret.</summary>
    public static byte[] Content(X509Certificate2Collection authorities)
    {
        byte[] bags = Sequence(bags =>
        {
            foreach (X509Certificate2 authority in authorities)
            {
                WriteBag(bags, authority);
            }
        });
        byte[] contents = Sequence(contents => WriteData(contents, bags));
        return Sequence(store =>
        {
            store.WriteInteger(3);
            WriteData(store, contents);
        });
    }

    private static void WriteBag(AsnWriter bags, X509Certificate2 authority)
    {
        using (bags.PushSequence())
        {
            bags.WriteObjectIdentifier(CertificateBag);
            using (Explicit(bags))
            using (bags.PushSequence())
            {
                bags.WriteObjectIdentifier(X509Certificate);
                using (Explicit(bags))
                {
                    bags.WriteOctetString(authority.RawData);
                }
            }

            using (bags.PushSetOf())
            using (bags.PushSequence())
            {
                bags.WriteObjectIdentifier(TrustedKeyUsage);
                using (bags.PushSetOf())
                {
                    bags.WriteObjectIdentifier(AnyUse);
                }
            }
        }
    }

    private static void WriteData(AsnWriter writer, byte[] content)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Data);
            using (Explicit(writer))
            {
                writer.WriteOctetString(content);
            }
        }
    }

    private static AsnWriter.Scope Explicit(AsnWriter writer) => writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));

    private static byte[] Sequence(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            write(writer);
        }

        return writer.Encode();
    }
}
