using System.Text.Json;
using System.Text.RegularExpressions;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Identity;
using Microsoft.Extensions.Primitives;

namespace CommandBroker.Gateway.Iam;

/// <summary><c>/v3/auth/domains</c> and <c>/v3/projects</c>: by these SDKs learn, with a signature alone, whose key they have.</summary>
internal sealed partial class TenantEndpoints(IamBorder border, IdentityCache cache, TimeProvider clock)
{
    /// <summary><c>GET /v3/auth/domains</c>: the caller's own.</summary>
    public Task DomainsAsync(HttpContext context) => context.Request.Method == "GET"
        ? border.RunAsync(context, (http, caller) => new ValueTask<IamAnswer>(WriteDomains(http, caller)))
        : border.RefuseMethodAsync(context, "GET");

    /// <summary><c>GET /v3/projects?name=</c>: those that the caller may work in.</summary>
    public Task ProjectsAsync(HttpContext context) => context.Request.Method == "GET"
        ? border.RunAsync(context, ListProjectsAsync)
        : border.RefuseMethodAsync(context, "GET");

    private static IamAnswer WriteDomains(HttpContext context, Principal caller) => IamAnswer.Ok(IamJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("domains"u8);
        writer.WriteStartObject();
        writer.WriteString("id"u8, caller.DomainId);
        writer.WriteString("name"u8, caller.DomainName);
        writer.WriteBoolean("enabled"u8, true);
        writer.WriteString("description"u8, ""u8);
        WriteSelf(writer, $"{Root(context)}/v3/domains/{caller.DomainId}");
        writer.WriteEndObject();
        writer.WriteEndArray();
        WriteLinks(writer, $"{Root(context)}/v3/auth/domains");
        writer.WriteEndObject();
    }));

    private async ValueTask<IamAnswer> ListProjectsAsync(HttpContext context, Principal caller)
    {
        IQueryCollection query = context.Request.Query;
        StringValues name = query["name"];
        if (name.Count > 1 || query["domain_id"].Count > 1)
        {
            return IamError.Invalid("name and domain_id must be sent once at most.");
        }

        if (query["domain_id"].ToString() is { Length: > 0 } domainId && domainId != caller.DomainId)
        {
            return Write(context, caller, []);
        }

        List<Listed> all = await FindAsync(caller);
        string wanted = name.ToString();
        return Write(context, caller, wanted.Length > 0 ? Named(wanted, all, caller) : all.Where(project => project.IsEnabled));
    }

    // SDKs look a region's name up here, because the vendor has a project of that name for each region. So a name that no project has
    // means the only project of a caller who has one, and a region's name means the caller's own project.
    private static IEnumerable<Listed> Named(string wanted, List<Listed> all, Principal caller)
    {
        if (all.Where(project => project.Name == wanted).ToArray() is { Length: > 0 } named)
        {
            return named.Where(project => project.IsEnabled);
        }

        return all.Where(project => project.IsEnabled).ToArray() is [var only] ? [only with { Name = wanted }]
            : RegionName().IsMatch(wanted) ? [new Listed(caller.ProjectId.Value, wanted, true)]
            : [];
    }

    private async ValueTask<List<Listed>> FindAsync(Principal caller)
    {
        if (!caller.IsDomainWide)
        {
            return [new Listed(caller.ProjectId.Value, caller.ProjectName, IsEnabled: true)];
        }

        KnownProjects? known = await cache.Projects.FindAsync(caller.DomainId, clock.GetUtcNow());
        return known is null ? [] : [.. known.All.Select(project => new Listed(project.TenantId, project.Name, project.IsEnabled))];
    }

    private static IamAnswer Write(HttpContext context, Principal caller, IEnumerable<Listed> projects) => IamAnswer.Ok(IamJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("projects"u8);
        foreach ((string id, string name, _) in projects)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("name"u8, name);
            writer.WriteString("domain_id"u8, caller.DomainId);
            writer.WriteString("parent_id"u8, caller.DomainId);
            writer.WriteString("description"u8, ""u8);
            writer.WriteBoolean("enabled"u8, true);
            writer.WriteBoolean("is_domain"u8, false);
            WriteSelf(writer, $"{Root(context)}/v3/projects/{id}");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteLinks(writer, $"{Root(context)}/v3/projects");
        writer.WriteEndObject();
    }));

    private static void WriteSelf(Utf8JsonWriter writer, string self)
    {
        writer.WriteStartObject("links"u8);
        writer.WriteString("self"u8, self);
        writer.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter writer, string self)
    {
        writer.WriteStartObject("links"u8);
        writer.WriteNull("next"u8);
        writer.WriteNull("previous"u8);
        writer.WriteString("self"u8, self);
        writer.WriteEndObject();
    }

    private readonly record struct Listed(string Id, string Name, bool IsEnabled);

    private static string Root(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host.Value}";

    [GeneratedRegex(@"^[a-z]{2}(-[a-z]+)+-\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionName();
}
