using System.CommandLine;

namespace CommandBroker.Cli.Verbs;

/// <summary><c>cbroker completion bash|zsh|fish|pwsh</c>.</summary>
internal static class CompletionVerb
{
    private const string Manual = """
        Prints a script that completes verbs and options.

        In ~/.bashrc:                    eval "$(cbroker completion bash)"
        In ~/.zshrc, behind compinit:    eval "$(cbroker completion zsh)"
        In ~/.config/fish/config.fish:   cbroker completion fish | source
        In PowerShell's profile:         cbroker completion pwsh | Out-String | Invoke-Expression
        """;

    private const string Bash = """
        _cbroker() {
          local line="${COMP_LINE#* }" word="${COMP_WORDS[COMP_CWORD]}"
          local at=$(( COMP_POINT - ${#COMP_LINE} + ${#line} )) IFS=$'\n'
          COMPREPLY=( $(compgen -W "$(cbroker "[suggest:$at]" "$line" 2>/dev/null)" -- "$word") )
        }
        complete -o default -F _cbroker cbroker
        """;

    private const string Zsh = """
        _cbroker() {
          local line="${BUFFER#* }"
          local at=$(( CURSOR - ${#BUFFER} + ${#line} ))
          local -a words_found=("${(@f)$(cbroker "[suggest:$at]" "$line" 2>/dev/null)}")
          compadd -a words_found
        }
        compdef _cbroker cbroker
        """;

    private const string Fish = """
        function __cbroker_suggest
          set -l line (string replace -r '^\s*\S+\s?' '' -- (commandline -cp | string collect))
          cbroker "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c cbroker -a '(__cbroker_suggest)'
        """;

    private const string Pwsh = """
        Register-ArgumentCompleter -Native -CommandName cbroker -ScriptBlock {
          param($word, $ast, $cursor)
          $text = $ast.ToString(); $line = $text -replace '^\S+\s?', ''
          cbroker "[suggest:$($cursor - $text.Length + $line.Length)]" $line 2>$null |
            Where-Object { $_ -like "$word*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
        }
        """;

    public static Command Create(CliHost host)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var verb = new ManualCommand("completion", Manual)
        {
            shell,
        };
        verb.SetAction(parsed =>
        {
            host.Out.WriteLine(parsed.GetRequiredValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Pwsh,
            });
            return ExitCode.Ok;
        });
        return verb;
    }
}
