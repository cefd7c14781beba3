using System.Globalization;
using System.Reflection;

namespace JobScheduler.Host.Configuration;

/// <summary>
/// Reads sections of the configuration (appsettings, environment, command line) strictly: an unknown key is refused, and so is a duration
/// without a unit, which the framework would take for days.
/// </summary>
internal static class OptionsLoading
{
    /// <exception cref="ConfigurationException">A key is unknown, or a value does not fit its type.</exception>
    public static T Load<T>(this IConfiguration configuration, string section) where T : class, new()
    {
        var options = new T();
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConfigurationException(
                    $"Unknown configuration key '{child.Path}'; known in '{section}' are {string.Join(", ", properties.Select(p => p.Name))}.");
            property.SetValue(options, ValueOf(child, property.PropertyType));
        }

        return options;
    }

    /// <exception cref="ConfigurationException">The value is neither true nor false.</exception>
    public static bool LoadFlag(this IConfiguration configuration, string key, bool absent) =>
        configuration.GetSection(key) is { Value: not null } given ? (bool)ValueOf(given, typeof(bool))! : absent;

    /// <exception cref="ConfigurationException">The value lies outside of the bounds, which are both included.</exception>
    public static void RequireWithin<T>(this T value, T least, T most, string key) where T : IComparable<T>
    {
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return;
        throw new ConfigurationException(
            string.Create(CultureInfo.InvariantCulture, $"Configuration key '{key}' is {value}; it must be from {least} to {most}."));
    }

    private static object? ValueOf(IConfigurationSection given, Type type)
    {
        var text = given.Value ?? "";
        if (type == typeof(string)) return given.Value;
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? flag : throw Unfit(given, "true or false");
        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Unfit(given, "a whole number");
        }

        if (type == typeof(TimeSpan))
        {
            return DurationText.TryParse(text, out var duration)
                || (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration))
                ? duration
                : throw Unfit(given, "a duration such as 750ms, 30s or 00:00:30");
        }

        if (type == typeof(IReadOnlyDictionary<string, string>)) return given.GetChildren().ToDictionary(c => c.Key, c => c.Value ?? "");
        throw new InvalidOperationException($"Options of type {type.Name} are not read.");
    }

    private static ConfigurationException Unfit(IConfigurationSection given, string right) =>
        new($"Configuration key '{given.Path}' is '{given.Value}'; it must be {right}.");
}
