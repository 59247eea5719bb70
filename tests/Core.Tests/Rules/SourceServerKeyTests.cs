using Xunit;

namespace CommandBroker.Core.Tests;

public sealed class SourceServerKeyTests
{
    private static readonly ProjectId Blue = ProjectId.Parse("blue");
    private static readonly ServerId Web = ServerId.Parse("web.1~:@");

    [Theory]
    [InlineData("a")]
    [InlineData("AZaz09-_")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void A_project_id_is_kept_as_it_was_given(string text)
    {
        Assert.True(ProjectId.TryParse(text, out ProjectId id));
        Assert.Equal(text, id.Value);
        Assert.False(id.IsDefault);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("a/b", "not allowed")]
    [InlineData("a.b", "not allowed")]
    [InlineData("ä", "not allowed")]
    [InlineData("a\n", "not allowed")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", "65 characters")]
    public void What_is_no_project_id_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(ProjectId.TryParse(text, out _));
        Assert.Contains(reason, ProjectId.Describe(text), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ProjectId.Parse(text!));
    }

    [Fact]
    public void The_default_project_is_the_one_that_stands_in_databases()
    {
        Assert.Equal("2d7b94e60c1f4f8fb35a7c9e84d10f63", ProjectId.Default.Value);
        Assert.True(ProjectId.Parse(new string(ProjectId.DefaultValue)).IsDefault);
    }

    [Fact]
    public void The_same_server_id_in_two_projects_is_two_keys()
    {
        var blue = new SourceServerKey(Blue, Web);
        var bare = new SourceServerKey(ProjectId.Default, Web);

        Assert.Equal("blue/web.1~:@", blue.Text);
        Assert.Equal("web.1~:@", bare.Text);
        Assert.NotEqual(blue, bare);
        Assert.Equal((Blue, Web), (blue.ProjectId, blue.ServerId));
        Assert.Equal((ProjectId.Default, Web), (bare.ProjectId, bare.ServerId));
    }

    [Fact]
    public void Both_ways_to_write_a_key_of_the_default_project_are_one_key()
    {
        Assert.Equal(SourceServerKey.Parse("web"), SourceServerKey.Parse(ProjectId.DefaultValue + "/web"));
        Assert.Equal(ProjectId.DefaultValue + "/web", SourceServerKey.Parse("web").ToString());
        Assert.Equal("blue/web", SourceServerKey.Parse("blue/web").ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/web")]
    [InlineData("blue/")]
    [InlineData("blue/web/1")]
    [InlineData("blue//web")]
    [InlineData("bl.ue/web")]
    [InlineData("blue/we b")]
    public void What_is_no_key_is_refused(string? text)
    {
        Assert.False(SourceServerKey.TryParse(text, out _));
        Assert.Throws<FormatException>(() => SourceServerKey.Parse(text!));
    }

    [Fact]
    public void A_key_written_into_a_buffer_is_the_same_text()
    {
        Span<char> buffer = new char[SourceServerKey.MaxLength];
        foreach (ProjectId project in (ProjectId[])[ProjectId.Default, Blue, ProjectId.Parse(new string('p', ProjectId.MaxLength))])
        {
            foreach (ServerId server in (ServerId[])[Web, ServerId.Parse(new string('s', ServerId.MaxLength))])
            {
                Assert.Equal(new SourceServerKey(project, server).Text, SourceServerKey.Write(project, server, buffer).ToString());
            }
        }
    }

    [Fact]
    public void The_project_is_told_without_a_string_of_its_own()
    {
        Assert.Equal("blue", new SourceServerKey(Blue, Web).ProjectText.ToString());
        Assert.Equal(ProjectId.DefaultValue, new SourceServerKey(ProjectId.Default, Web).ProjectText.ToString());
        Assert.Equal("blue", Blue.ToString());
    }

    [Fact]
    public void No_key_at_all_is_shown_as_nothing() => Assert.Equal("", default(SourceServerKey).ToString());
}
