using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Refuses a start without a master key, before anything is opened.</summary>
internal sealed class MasterKeyValidator : IValidateOptions<IdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        try
        {
            MasterKeySource.Read(options);
            return ValidateOptionsResult.Success;
        }
        catch (InvalidOperationException fault)
        {
            return ValidateOptionsResult.Fail(fault.Message);
        }
    }
}
