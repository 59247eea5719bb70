using CommandBroker.Cli.Output;
using CommandBroker.Client.Wire;
using CommandBroker.Client.Wire.Identity;
using CommandBroker.Contracts.Identity;

namespace CommandBroker.Cli.Identity;

/// <summary>Users as people read them.</summary>
internal static class UserTable
{
    public static void Write(IEnumerable<UserRecord> users, TextWriter output)
    {
        var table = new TextTable("NAME", "ROLES", "PROJECT", "SOURCE SERVER", "ENABLED", "ID");
        foreach (UserRecord user in users)
        {
            table.Add(user.Name, RolesOf(user), ProjectOf(user), user.ServerId, user.Enabled ? "yes" : "no", user.Id);
        }

        table.WriteTo(output);
    }

    public static void WriteDetails(CliSession session, PrincipalView view)
    {
        UserRecord user = view.ToWire();
        session.Answer.Write(user, WireJson.Readable.UserRecord, output =>
        {
            Line("user", user.Name);
            Line("id", user.Id);
            Line("roles", RolesOf(user));
            Line("domain", $"{user.DomainName} ({user.DomainId})");
            Line("project", $"{ProjectOf(user)} ({user.ProjectId})");
            Line("source server", user.ServerId ?? "all of the project");
            Line("enabled", user.Enabled ? "yes" : "no");
            Line("created", CommandTable.Instant(user.CreatedAt)!);

            void Line(string label, string value) => output.WriteLine($"{label,-15}{TextTable.OneLine(value)}");
        });
    }

    private static string RolesOf(UserRecord user) => user.Roles.IsEmpty ? "none" : string.Join(", ", user.Roles);

    private static string ProjectOf(UserRecord user) => user.DomainWide ? $"all, first {user.ProjectName}" : user.ProjectName;
}
