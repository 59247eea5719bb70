namespace CommandBroker.Fuzz;

/// <summary>Something that reads untrusted bytes.</summary>
/// <param name="Name">Its name on the command line, and of its folder in <c>corpus/</c>.</param>
/// <param name="Words">Pieces of its language, to be put into inputs.</param>
/// <param name="Check">Takes one input. Called from many threads.</param>
internal sealed record FuzzTarget(string Name, string[] Words, FuzzCheck Check);
