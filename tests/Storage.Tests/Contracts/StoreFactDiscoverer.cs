using CommandBroker.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace CommandBroker.Storage.Tests;

/// <summary>Only the subclass knows which database a contract test needs, so the reason to skip is found with the test case.</summary>
public sealed class StoreFactDiscoverer(IMessageSink diagnosticMessageSink) : FactDiscoverer(diagnosticMessageSink)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new StoreTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>A contract test of one provider.</summary>
public sealed class StoreTestCase : XunitTestCase
{
    [Obsolete("Called by the deserializer.", error: true)]
    public StoreTestCase()
    {
    }

    public StoreTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions displayOptions, ITestMethod testMethod)
        : base(sink, display, displayOptions, testMethod)
    {
    }

    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsPostgresAttribute)).Any()
            ? PostgresAvailability.SkipReason(ownServer: false)
            : base.GetSkipReason(factAttribute);
}
