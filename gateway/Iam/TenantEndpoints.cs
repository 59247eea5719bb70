using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CommandBroker.Contracts.Identity;
using CommandBroker.Gateway.Grains;
using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.Iam;

/// <summary><c>/v3/auth/domains</c> and <c>/v3/projects</c>: by these SDKs learn, with a signature alone, whose key they have.</summary>
internal sealed partial class TenantEndpoints(IamBorder border, IBrokerGrains grains)
{
    private const int MaxLimit = 1_000;

    /// <summary><c>GET /v3/auth/domains</c>: the caller's own.</summary>
    public Task DomainsAsync(HttpContext context) => context.Request.Method == "GET"
        ? border.RunAsync(context, (http, caller) => new ValueTask<IamAnswer>(WriteDomains(http, caller)))
        : border.RefuseMethodAsync(context, "GET");

    /// <summary><c>GET /v3/projects?name&amp;domain_id&amp;limit&amp;marker</c>: those that the caller may work in, in the order of their names; <c>links.next</c> names the next page.</summary>
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
        WriteLinks(writer, $"{Root(context)}/v3/auth/domains", next: null);
        writer.WriteEndObject();
    }));

    private async ValueTask<IamAnswer> ListProjectsAsync(HttpContext context, Principal caller)
    {
        IQueryCollection query = context.Request.Query;
        if (new[] { "name", "domain_id", "limit", "marker" }.Any(one => query[one].Count > 1))
        {
            return IamError.Invalid("name, domain_id, limit and marker must be sent once at most.");
        }

        int limit = MaxLimit;
        if (query["limit"].ToString() is { Length: > 0 } text
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit))
        {
            return IamError.Invalid($"limit must be a whole number, 1 to {MaxLimit}.");
        }

        if (query["domain_id"].ToString() is { Length: > 0 } domainId && domainId != caller.DomainId)
        {
            return Write(context, caller, [], next: null);
        }

        if (query["name"].ToString() is { Length: > 0 } wanted)
        {
            return Write(context, caller, await FindNamedAsync(caller, wanted), next: null);
        }

        List<Listed> page = await ListAsync(caller, query["marker"].ToString() is { Length: > 0 } marker ? marker : null, limit);
        string? next = caller.IsDomainWide && page.Count == limit ? $"{Root(context)}/v3/projects?limit={limit}&marker={page[^1].Id}" : null;
        return Write(context, caller, page.Where(project => project.IsEnabled), next);
    }

    // SDKs look a region's name up here, because the vendor has a project of that name for each region. So a name that no project has
    // means the only project of a caller who has one, and a region's name means the caller's own project.
    private async ValueTask<IEnumerable<Listed>> FindNamedAsync(Principal caller, string wanted)
    {
        List<Listed> alike = !caller.IsDomainWide ? OwnOf(caller)
            : [.. (await grains.Identity.FindProjectsAsync(caller.DomainId, wanted)).Select(Listed.Of)];
        if (alike.Where(project => project.Name == wanted).ToArray() is { Length: > 0 } named)
        {
            return named.Where(project => project.IsEnabled);
        }

        return (await ListAsync(caller, marker: null, MaxLimit)).Where(project => project.IsEnabled).ToArray() is [var only] ? [only with { Name = wanted }]
            : RegionName().IsMatch(wanted) ? [new Listed(caller.ProjectId.Value, wanted, true)]
            : [];
    }

    private async ValueTask<List<Listed>> ListAsync(Principal caller, string? marker, int limit) =>
        caller.IsDomainWide ? [.. (await grains.Identity.ListProjectsPageAsync(caller.DomainId, marker, limit)).Select(Listed.Of)]
        : marker is null ? OwnOf(caller)
        : [];

    private static List<Listed> OwnOf(Principal caller) => [new Listed(caller.ProjectId.Value, caller.ProjectName, IsEnabled: true)];

    private static IamAnswer Write(HttpContext context, Principal caller, IEnumerable<Listed> projects, string? next) => IamAnswer.Ok(IamJson.Write(writer =>
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
        WriteLinks(writer, $"{Root(context)}/v3/projects", next);
        writer.WriteEndObject();
    }));

    private static void WriteSelf(Utf8JsonWriter writer, string self)
    {
        writer.WriteStartObject("links"u8);
        writer.WriteString("self"u8, self);
        writer.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter writer, string self, string? next)
    {
        writer.WriteStartObject("links"u8);
        writer.WriteString("next"u8, next);
        writer.WriteNull("previous"u8);
        writer.WriteString("self"u8, self);
        writer.WriteEndObject();
    }

    private readonly record struct Listed(string Id, string Name, bool IsEnabled)
    {
        public static Listed Of(TenantView project) => new(project.TenantId, project.Name, project.IsEnabled);
    }

    private static string Root(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host.Value}";

    [GeneratedRegex(@"^[a-z]{2}(-[a-z]+)+-\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionName();
}
