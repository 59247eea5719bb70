using System.ComponentModel.DataAnnotations;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>The Keystone that tokens are validated at, section <c>Identity:Keystone</c>; read when <c>Identity:Mode</c> is keystone.</summary>
public sealed class KeystoneOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity:Keystone";

    /// <summary>Where it is, as in <c>https://keystone.example:5000</c>; <c>/v3</c> is added when it is not there. Default none; needed.</summary>
    public string? Url { get; set; }

    /// <summary>The broker's own user there, who may validate tokens. Default none; this or <see cref="ApplicationCredentialId"/> is needed.</summary>
    public string? User { get; set; }

    /// <summary>The domain of <see cref="User"/>, by name. Default Default.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string UserDomain { get; set; } = "Default";

    /// <summary>The password of <see cref="User"/>. Default none.</summary>
    public string? Password { get; set; }

    /// <summary>A file whose first line is that password instead; read again whenever the broker signs in. Default none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The project that <see cref="User"/> signs in to, by name. Default service.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string Project { get; set; } = "service";

    /// <summary>The domain of <see cref="Project"/>, by name. Default Default.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string ProjectDomain { get; set; } = "Default";

    /// <summary>The id of an application credential instead of <see cref="User"/>. Default none.</summary>
    public string? ApplicationCredentialId { get; set; }

    /// <summary>Its secret. Default none.</summary>
    public string? ApplicationCredentialSecret { get; set; }

    /// <summary>A file whose first line is that secret instead; read again whenever the broker signs in. Default none.</summary>
    public string? ApplicationCredentialSecretFile { get; set; }

    /// <summary>Which roles of the broker a role there gives, as <c>name=role,role</c>, separated by semicolons; any other gives none. Default agent=agent; operator=operator; auditor=auditor; admin=admin; member=operator; reader=auditor.</summary>
    [StringLength(4_096, MinimumLength = 1)]
    public string RoleMap { get; set; } = "agent=agent; operator=operator; auditor=auditor; admin=admin; member=operator; reader=auditor";
}
