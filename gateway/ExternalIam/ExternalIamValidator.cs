using CommandBroker.Gateway.Identity;

namespace CommandBroker.Gateway.ExternalIam;

/// <summary>Finds at the start what is wrong with the mapping of tenants.</summary>
internal sealed class ExternalIamValidator(IOptions<AdmissionOptions> admission) : IValidateOptions<ExternalIamOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ExternalIamOptions options) => OptionsCheck.Of(!admission.Value.IsEmbedded, () =>
    {
        _ = NameMap.ReadIds("Identity:External:Projects", options.Projects);
        _ = NameMap.ReadIds("Identity:External:Domains", options.Domains);
    });
}
