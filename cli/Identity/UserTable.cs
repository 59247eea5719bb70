using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary>Users as people read them.</summary>
internal static class UserTable
{
    public static void Write(IEnumerable<PrincipalView> users, TextWriter output)
    {
        var table = new TextTable("NAME", "ROLES", "PROJECT", "SOURCE SERVER", "ENABLED", "ID");
        foreach (PrincipalView user in users)
        {
            table.Add(user.Name, RolesOf(user), ProjectOf(user), user.ServerId, user.IsEnabled ? "yes" : "no", user.PrincipalId);
        }

        table.WriteTo(output);
    }

    public static void WriteDetails(CliSession session, PrincipalView user)
    {
        session.Answer.Write(user, WireJson.Readable.PrincipalView, output =>
        {
            Line("user", user.Name);
            Line("id", user.PrincipalId);
            Line("roles", RolesOf(user));
            Line("domain", $"{user.DomainName} ({user.DomainId})");
            Line("project", $"{ProjectOf(user)} ({user.ProjectId})");
            Line("source server", user.ServerId ?? "all of the project");
            Line("enabled", user.IsEnabled ? "yes" : "no");
            Line("created", CommandTable.Instant(user.CreatedAt)!);

            void Line(string label, string value) => output.WriteLine($"{label,-15}{TextTable.OneLine(value)}");
        });
    }

    private static string RolesOf(PrincipalView user) => user.Roles == Roles.None ? "none" : string.Join(", ", RoleNames.Of(user.Roles));

    private static string ProjectOf(PrincipalView user) => user.IsDomainWide ? $"all, first {user.ProjectName}" : user.ProjectName;
}
