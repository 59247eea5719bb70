using CommandBroker.Core;
using Microsoft.Extensions.Options;

namespace CommandBroker.Grains;

/// <summary>Reads <see cref="QueueOptions.Supersede"/> at start, so that a mistake in it is found before a command depends on it.</summary>
internal sealed class SupersedeValidator : IValidateOptions<QueueOptions>
{
    public ValidateOptionsResult Validate(string? name, QueueOptions options)
    {
        try
        {
            _ = SupersessionRules.Parse(options.Supersede);
            return ValidateOptionsResult.Success;
        }
        catch (FormatException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
