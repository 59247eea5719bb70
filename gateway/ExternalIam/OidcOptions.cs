using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>The OpenID provider whose JWTs count, section <c>Identity:Oidc</c>; read when <c>Identity:Mode</c> is oidc.</summary>
/// <remarks>A claim is named as it stands in the token, or by its way through nested objects with dots, as <c>realm_access.roles</c>.</remarks>
public sealed class OidcOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity:Oidc";

    /// <summary>The issuer, to the letter as tokens name it. Default none; needed.</summary>
    public string? Issuer { get; set; }

    /// <summary>The audience that a token must name; several, separated by commas, of which it must name one. Default none; needed.</summary>
    public string? Audience { get; set; }

    /// <summary>Where the provider describes itself. Default none: <see cref="Issuer"/> with <c>/.well-known/openid-configuration</c>.</summary>
    public string? MetadataAddress { get; set; }

    /// <summary>The claim with the name that a caller goes by in commands and audit. Default sub.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string NameClaim { get; set; } = "sub";

    /// <summary>The claim with the project. Default project_id.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string ProjectClaim { get; set; } = "project_id";

    /// <summary>The claim with the domain; a token that has it and no project counts in all projects of that domain. Default domain_id.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string DomainClaim { get; set; } = "domain_id";

    /// <summary>The project of tokens that name neither project nor domain, as if they named this one. Default none: they are refused.</summary>
    public string? DefaultProject { get; set; }

    /// <summary>The domain of tokens that name none, as if they named this one. Default none: one that has the id of the token's project.</summary>
    public string? DefaultDomain { get; set; }

    /// <summary>The claim with the roles: an array, or a text with blanks or commas between them. Default roles.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string RolesClaim { get; set; } = "roles";

    /// <summary>Which roles of the broker one of the token's gives, as <c>name=role,role</c>, separated by semicolons; any other gives none. Default agent=agent; operator=operator; auditor=auditor; admin=admin.</summary>
    [StringLength(4_096, MinimumLength = 1)]
    public string RoleMap { get; set; } = "agent=agent; operator=operator; auditor=auditor; admin=admin";

    /// <summary>The claim with the only source server that a caller may see. Default none: callers are not bound to one.</summary>
    public string? ServerClaim { get; set; }

    /// <summary>How often the provider's keys are read again: a key that it takes away counts for this long. Default 1 h; 5 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:05:00", "1.00:00:00")]
    public TimeSpan MetadataRefreshInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How soon after they were read they may be read again because a token names a key that is not among them. Default 30 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How old they may be while the provider cannot be reached; after that, tokens are answered 503. Default 1 day; 1 h to 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(1);
}
