using System.Text;
using System.Text.RegularExpressions;
using CommandBroker.Contracts;

namespace CommandBroker.Cli.Sdk;

/// <summary>The file in which the vendor's SDKs look up a region's endpoint before they take the vendor's own.</summary>
internal static partial class RegionsFile
{
    // Of the vendor's SDKs and its list of regions and endpoints; the last is what the samples of its API pages say literally.
    private static readonly string[] RegionIds =
    [
        "ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5", "cn-north-1", "cn-north-2", "cn-north-4", "cn-north-9", "cn-north-11",
        "cn-north-12", "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2", "cn-southwest-3", "eu-west-0", "eu-west-101",
        "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1", "na-mexico-1", "ru-moscow-1", "ru-northwest-2", "sa-brazil-1",
        "tr-west-1", "<YOUR REGION>",
    ];

    /// <summary>Checks a name: Java's SDK reads no other.</summary>
    /// <exception cref="BrokerException">InvalidArgument.</exception>
    public static string CheckName(string path) => Name().IsMatch(Path.GetFileName(path))
        ? path
        : throw new BrokerException(
            BrokerErrorReason.InvalidArgument,
            $"The file would be called \"{Path.GetFileName(path)}\"; SDKs allow letters, digits, blanks, '.', '_' and '-',"
            + " then .yaml or .yml. --file names it.");

    /// <summary>The content: every region of the vendor's, and each project by its name, at one endpoint.</summary>
    public static byte[] Content(string endpoint, IEnumerable<string> projects)
    {
        var text = new StringBuilder("# Made by 'cbroker sdk-config'. Every region is the broker.\nSMS:\n");
        foreach (string id in RegionIds.Union(projects.Where(name => name.Length > 0 && !name.Any(char.IsControl))))
        {
            text.Append(FormattableString.Invariant($"  - id: {Quote(id)}\n    endpoint: {Quote(endpoint)}\n"));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[a-zA-Z0-9._ -]+\.(yml|yaml)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
