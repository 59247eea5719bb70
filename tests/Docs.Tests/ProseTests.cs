using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace CommandBroker.Docs.Tests;

/// <summary>Documents are written for strangers: no sentence of theirs is longer than <see cref="MaxWordCount"/> words, and README fits on a screen or two.</summary>
public sealed partial class ProseTests
{
    private const int MaxWordCount = 30;
    private const int MaxReadmeLineCount = 100;

    [Fact]
    public void No_sentence_of_a_document_is_too_long()
    {
        string root = ConfigurationDocumentTests.Root();
        IEnumerable<string> documents = [
            .. new[] { "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md" }.Select(name => Path.Combine(root, name)),
            .. Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) != "configuration.md"),
        ];

        Assert.All(documents, path => Assert.Empty(LongSentences(File.ReadAllText(path))));
    }

    [Fact]
    public void A_sentence_that_is_too_long_is_found()
    {
        string words = string.Join(' ', Enumerable.Repeat("word", MaxWordCount + 1));

        Assert.Single(LongSentences($"Short. {words}. Short."));
        Assert.Single(LongSentences($"- a list\n- {words[..40]}\n  {words[40..]}\n"));
        Assert.Single(LongSentences($"| a | {words} |"));
        Assert.Empty(LongSentences($"```\n{words}\n```\n"));
    }

    [Fact]
    public void README_is_short() =>
        Assert.InRange(File.ReadLines(Path.Combine(ConfigurationDocumentTests.Root(), "README.md")).Count(), 1, MaxReadmeLineCount);

    [Fact]
    public void Every_link_between_documents_leads_to_a_file()
    {
        string root = ConfigurationDocumentTests.Root();
        string[] documents = [
            .. Directory.GetFiles(root, "*.md"),
            .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(root, "bench"), "*.md"),
        ];
        (string Document, string Target)[] links = [.. documents.SelectMany(path => Link().Matches(File.ReadAllText(path)),
            (path, match) => (path, match.Groups[1].Value))];

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(
            Path.Exists(Path.Combine(Path.GetDirectoryName(link.Document)!, link.Target)), $"{link.Document} links to {link.Target}"));
    }

    private static List<string> LongSentences(string document)
    {
        var found = new List<string>();
        var paragraph = new StringBuilder();
        bool isCode = false;
        foreach (string line in document.Split('\n').Append(""))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                End();
            }
            else if (!isCode && line.StartsWith('|'))
            {
                End();
                found.AddRange(line.Split('|').SelectMany(Sentences).Where(IsLong));
            }
            else if (!isCode)
            {
                if (line.Trim().Length == 0 || line.StartsWith('#') || ListItem().IsMatch(line))
                {
                    End();
                }

                paragraph.Append(' ').Append(line.Trim());
            }
        }

        return found;

        void End()
        {
            found.AddRange(Sentences(paragraph.ToString()).Where(IsLong));
            paragraph.Clear();
        }
    }

    private static string[] Sentences(string text) => SentenceEnd().Split(LinkTarget().Replace(Code().Replace(text, "CODE"), "]"));

    private static bool IsLong(string sentence) =>
        sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(word => word.Any(char.IsLetterOrDigit)) > MaxWordCount;

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"(?<=[.!?][""')*_]{0,3})\s+(?=[A-Z(""'\[*0-9])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"^\s*([-*]|\d+\.)\s")]
    private static partial Regex ListItem();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
