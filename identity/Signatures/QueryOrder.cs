namespace CommandBroker.Identity.Signatures;

/// <summary>
/// How a signer may have sorted the query. The vendor says "by name, ascending"; the official SDKs read that in more than one way, and agree for
/// nearly all queries. Each order holds the same parameters, so trying them one after the other lets nothing else pass.
/// </summary>
internal enum QueryOrder
{
    /// <summary>By name, then by value, both decoded: Python, Node, Go, .NET.</summary>
    ByText,

    /// <summary>By name as encoded; values of one name stay as they were sent: Java.</summary>
    ByEncodedName,

    /// <summary>By name, then by value, both encoded: what the words of the vendor's page come to.</summary>
    ByEncodedText,
}
