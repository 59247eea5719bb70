namespace CommandBroker.Cli.Sdk;

/// <summary>The variables that lead an SDK to the broker, language by language.</summary>
/// <param name="Endpoint">The broker, without a slash at its end; it is its own IAM.</param>
/// <param name="RegionsPath">The regions file, from the root.</param>
/// <param name="CaPath">The PEM file of the authorities that are trusted; null when the system's are.</param>
/// <param name="TrustStorePath">The same for Java.</param>
internal sealed record SdkExports(string Endpoint, string RegionsPath, string? CaPath, string TrustStorePath)
{
    /// <summary>What a person has to know besides the variables; null when nothing.</summary>
    public string? NoteFor(SdkLanguage language) => language == SdkLanguage.Go && Endpoint.StartsWith("http://", StringComparison.Ordinal)
        ? "Go's SDK looks a project up by https alone: serve the broker by https, or set WithProjectId in the program."
        : null;

    /// <summary>The variables that a language's SDK reads, besides those of the access key.</summary>
    public IEnumerable<SdkExport> Of(SdkLanguage language)
    {
        yield return SdkExport.Of("HUAWEICLOUD_SDK_IAM_ENDPOINT", Endpoint);
        yield return language == SdkLanguage.Node
            ? SdkExport.Of("HUAWEICLOUD_SDK_TYPE", "GlobalCredentials")
            : SdkExport.Of("HUAWEICLOUD_SDK_REGIONS_FILE", RegionsPath);
        if (CaPath is not null)
        {
            yield return language switch
            {
                SdkLanguage.Java => SdkExport.Of(
                    "JAVA_TOOL_OPTIONS", $"-Djavax.net.ssl.trustStore=\"{TrustStorePath}\" -Djavax.net.ssl.trustStoreType=PKCS12"),
                SdkLanguage.Python => SdkExport.Of("REQUESTS_CA_BUNDLE", CaPath),
                SdkLanguage.Go => SdkExport.Of("SSL_CERT_FILE", CaPath),
                _ => SdkExport.Of("NODE_EXTRA_CA_CERTS", CaPath),
            };
        }
    }
}
