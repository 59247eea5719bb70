using Xunit;

namespace CommandBroker.EndToEnd.Tests;

/// <summary>The completion scripts inside the shells they are for, with a cbroker on the PATH.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("commandbroker-completion-").FullName;

    public CompletionTests()
    {
        string program = Path.Combine(_directory, "cbroker");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet '{Repository.CliDll}' \"$@\"\n");
        SmallDisk.Run("chmod", ["+x", program]);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("cbroker so", "source")]
    [InlineData("cbroker source re", "register rename")]
    [InlineData("cbroker source list --quar", "--quarantined")]
    [InlineData("cbroker queue web-1 --output nd", "ndjson")]
    [InlineData("cbroker completion ", "bash fish pwsh zsh")]
    public async Task Bash_completes_verbs_options_and_values(string line, string expected)
    {
        FinishedProcess run = await ShellRun.RunAsync(_directory, $$"""
            PATH="$PWD:$PATH"
            eval "$(cbroker completion bash)"
            complete -p cbroker >/dev/null
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            IFS=' ' read -ra COMP_WORDS <<<"$COMP_LINE"
            case $COMP_LINE in *' ') COMP_WORDS+=('') ;; esac
            COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _cbroker
            printf '%s\n' "${COMPREPLY[@]}"
            """);

        Assert.Equal((0, expected), (run.ExitCode, string.Join(' ', Words(run).Where(word => !word.StartsWith('-') || expected.StartsWith('-')))));
    }

    [ToolTheory("zsh")]
    [InlineData("cbroker source re", "register")]
    [InlineData("cbroker completion ", "bash")]
    public async Task Zsh_is_offered_the_same_words(string line, string expected)
    {
        // Outside its line editor zsh has no completion; what the script calls there is stood in for.
        FinishedProcess run = await ShellRun.RunAsync(_directory, $$"""
            export PATH="$PWD:$PATH"
            cbroker completion zsh > completion.zsh
            zsh -f -c '
              compdef() { registered=$* }
              compadd() { print -l -- ${(P)2} }
              source ./completion.zsh
              [[ $registered == "_cbroker cbroker" ]] || exit 9
              BUFFER="{{line}}" CURSOR={{line.Length}}
              _cbroker'
            """);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, Words(run));
    }

    private static IEnumerable<string> Words(FinishedProcess run) => run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
