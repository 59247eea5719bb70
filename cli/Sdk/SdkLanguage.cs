namespace CommandBroker.Cli.Sdk;

/// <summary>The languages of the vendor's SDKs that <c>cbroker sdk-config</c> knows.</summary>
internal enum SdkLanguage
{
    /// <summary>Reads the regions file, and trusts the store that <c>JAVA_TOOL_OPTIONS</c> names.</summary>
    Java,

    /// <summary>Reads the regions file, and trusts <c>REQUESTS_CA_BUNDLE</c>.</summary>
    Python,

    /// <summary>Reads the regions file, and trusts <c>SSL_CERT_FILE</c>. It speaks nothing but https to the IAM that the environment names.</summary>
    Go,

    /// <summary>Reads no regions file: its program names the endpoint. It takes its kind of credential from the environment.</summary>
    Node,
}
