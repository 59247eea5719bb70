using System.Text;

namespace CommandBroker.Cli.Tests;

/// <summary>Passes lines on, and interrupts the run behind the first.</summary>
internal sealed class InterruptingWriter(TextWriter to, CancellationTokenSource? interrupt) : TextWriter
{
    public override Encoding Encoding => to.Encoding;

    public override void Write(char value) => to.Write(value);

    public override void WriteLine(string? value)
    {
        to.WriteLine(value);
        interrupt?.Cancel();
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }
}
