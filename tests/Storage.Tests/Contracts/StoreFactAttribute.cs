using Xunit;

namespace CommandBroker.Storage.Tests;

/// <summary>A test of the stores' contract, run by one subclass for each provider; one whose database cannot be had here is to be skipped.</summary>
public sealed class StoreFactAttribute : FactAttribute;
