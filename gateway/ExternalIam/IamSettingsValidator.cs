using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Finds at the start what is wrong with the settings of the IAM that <see cref="AdmissionOptions.Mode"/> names; those of the other one are not looked at.</summary>
internal sealed class IamSettingsValidator(IOptions<AdmissionOptions> admission, IOptions<ExternalIamOptions> external)
    : IValidateOptions<KeystoneOptions>, IValidateOptions<OidcOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KeystoneOptions options) => OptionsCheck.Of(admission.Value.Mode == IdentityMode.Keystone, () =>
    {
        _ = IamAddress.Read("Identity:Keystone:Url", options.Url, external.Value);
        _ = NameMap.ReadRoles("Identity:Keystone:RoleMap", options.RoleMap);
        KeystoneLogin.Check(options);
    });

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OidcOptions options) => OptionsCheck.Of(admission.Value.Mode == IdentityMode.Oidc, () =>
    {
        _ = OidcMetadata.AddressOf(options, external.Value);
        _ = NameMap.ReadRoles("Identity:Oidc:RoleMap", options.RoleMap);
        if (OidcIam.AudiencesOf(options).Length == 0)
        {
            throw new FormatException("Identity:Oidc:Audience is not set; it is needed while Identity:Mode is oidc, or tokens made for others would count here.");
        }
    });
}
