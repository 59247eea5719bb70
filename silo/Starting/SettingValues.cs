using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace CommandBroker.Silo.Starting;

/// <summary>
/// Refuses values that cannot be read as what their setting is, or are out of its range, in words of the settings. The framework's own sentences name types
/// of the program.
/// </summary>
internal static class SettingValues
{
    /// <summary>What is wrong with a value; null when nothing is, and for texts and sections.</summary>
    /// <param name="given">The setting as it is given.</param>
    /// <param name="setting">Its property.</param>
    public static string? FaultOf(IConfigurationSection given, PropertyInfo setting)
    {
        Type type = Nullable.GetUnderlyingType(setting.PropertyType) ?? setting.PropertyType;
        if (given.Value is not { Length: > 0 } text || WordsOf(type) is not { } kind)
        {
            return null;
        }

        return Read(text, type) is not { } value ? $"{given.Path} is {text}; {kind} is needed."
            : setting.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value)
            ? $"{given.Path} is {text}; {range.Minimum} to {range.Maximum} is allowed."
            : null;
    }

    private static string? WordsOf(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(TimeSpan) ? "a duration as 00:00:30, or with days as 1.00:00:00,"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : null;

    private static object? Read(string text, Type type)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            return null;
        }
    }
}
