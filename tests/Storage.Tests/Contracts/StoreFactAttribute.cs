using Xunit;
using Xunit.Sdk;

namespace CommandBroker.Storage.Tests;

/// <summary>A test of the stores' contract, run by one subclass for each provider; one whose database cannot be had here is skipped.</summary>
[XunitTestCaseDiscoverer("CommandBroker.Storage.Tests.StoreFactDiscoverer", "CommandBroker.Storage.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class StoreFactAttribute : FactAttribute;
