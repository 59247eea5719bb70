namespace CommandBroker.Core.Tests.Rules;

public sealed class SupersessionRulesTests
{
    private const string Form = "Queue:Supersede takes NAME>NAME,NAME or NAME>*, separated by semicolons.";

    [Fact]
    public void Rules_name_which_command_ends_which()
    {
        var rules = SupersessionRules.Parse(" STOP>START, SYNC;; DELETE > *; SYNC>SYNC ");

        Assert.True(rules.Ends("STOP", "START"));
        Assert.True(rules.Ends("STOP", "SYNC"));
        Assert.False(rules.Ends("STOP", "STOP"));
        Assert.True(rules.Ends("DELETE", "ANYTHING"));
        Assert.True(rules.Ends("SYNC", "SYNC"));
        Assert.False(rules.Ends("START", "STOP"));
        Assert.Equal(" STOP>START, SYNC;; DELETE > *; SYNC>SYNC ", rules.Text);
    }

    [Fact]
    public void Names_are_told_apart_by_case()
    {
        Assert.False(SupersessionRules.Parse("STOP>START").Ends("stop", "START"));
        Assert.False(SupersessionRules.Parse("STOP>START").Ends("STOP", "start"));
    }

    [Fact]
    public void Rules_for_one_name_add_up()
    {
        var rules = SupersessionRules.Parse("STOP>START;STOP>SYNC");

        Assert.True(rules.Ends("STOP", "START"));
        Assert.True(rules.Ends("STOP", "SYNC"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    public void An_empty_text_means_no_rule(string text)
    {
        Assert.Same(SupersessionRules.None, SupersessionRules.Parse(text));
        Assert.False(SupersessionRules.None.Ends("STOP", "START"));
        Assert.Equal("", SupersessionRules.None.Text);
    }

    [Theory]
    [InlineData("STOP")]
    [InlineData(">START")]
    [InlineData("STOP>")]
    [InlineData("STOP>START>SYNC")]
    [InlineData("*>START")]
    public void What_is_no_rule_is_named_in_the_fault(string rule)
    {
        var fault = Assert.Throws<FormatException>(() => SupersessionRules.Parse($"SYNC>SYNC; {rule}"));

        Assert.Equal($"'{rule}' is no supersession rule; {Form}", fault.Message);
    }

    [Fact]
    public void An_empty_name_in_a_list_is_named_in_the_fault()
    {
        var fault = Assert.Throws<FormatException>(() => SupersessionRules.Parse("STOP>START,,SYNC"));

        Assert.Equal($"'STOP>START,,SYNC' has an empty name; {Form}", fault.Message);
    }
}
