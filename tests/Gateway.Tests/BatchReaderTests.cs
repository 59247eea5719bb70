using System.IO.Pipelines;
using System.Text;
using CommandBroker.Gateway.Management;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class BatchReaderTests
{
    [Fact]
    public async Task A_window_of_long_lines_holds_fewer_of_them()
    {
        string line = """{"server_id":"s1","command_name":"START","command_param":{"a":"X"}}""".Replace("X", new string('x', 400_000), StringComparison.Ordinal) + "\n";
        var reader = new BatchReader(
            PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 7))))), windowLines: 256, maxLineBytes: 1_048_576);
        var window = new List<BatchLine>();
        var counts = new List<int>();
        while (await reader.ReadWindowAsync(window, CancellationToken.None))
        {
            counts.Add(window.Count);
        }

        Assert.Equal(7, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 1, 3));
    }
}
