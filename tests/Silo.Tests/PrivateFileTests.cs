using System.Runtime.Versioning;
using System.Text;
using Xunit;

namespace CommandBroker.Silo.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("private-file-");

    private string File => Path.Combine(_folder.FullName, "secret");

    [Fact]
    public void A_draft_that_lies_there_for_everybody_gives_the_file_neither_its_mode_nor_its_content()
    {
        string draft = File + ".new";
        System.IO.File.WriteAllText(draft, "something longer than the secret");
        System.IO.File.SetUnixFileMode(draft, Everybody);

        Write("secret");

        Assert.Equal(("secret", Owner), (System.IO.File.ReadAllText(File), System.IO.File.GetUnixFileMode(File)));
        Assert.False(System.IO.File.Exists(draft));
    }

    [Fact]
    public void A_link_in_the_place_of_the_draft_leads_nowhere()
    {
        string elsewhere = Path.Combine(_folder.FullName, "elsewhere");
        System.IO.File.WriteAllText(elsewhere, "");
        System.IO.File.CreateSymbolicLink(File + ".new", elsewhere);

        Write("secret");

        Assert.Equal(("secret", ""), (System.IO.File.ReadAllText(File), System.IO.File.ReadAllText(elsewhere)));
    }

    [Fact]
    public void A_file_that_exists_stays_unless_it_is_to_be_written_over()
    {
        Write("first");

        Assert.Throws<IOException>(() => Write("second"));
        Assert.Equal("first", System.IO.File.ReadAllText(File));

        PrivateFile.Write(File, stream => stream.Write(Encoding.UTF8.GetBytes("third")), overwrite: true);
        Assert.Equal("third", System.IO.File.ReadAllText(File));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string text) => PrivateFile.Write(File, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
