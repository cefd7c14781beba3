using System.Globalization;

namespace JobScheduler.Host.Configuration;

/// <summary>Reads sections of the configuration (appsettings, environment, command line) and holds them to their bounds.</summary>
internal static class OptionsLoading
{
    /// <exception cref="ConfigurationException">A key is unknown, or a value does not fit its type.</exception>
    public static T Load<T>(this IConfiguration configuration, string section) where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new ConfigurationException($"Configuration section '{section}': {e.Message} {e.InnerException?.Message}".TrimEnd());
        }
    }

    /// <exception cref="ConfigurationException">The value lies outside of the bounds, which are both included.</exception>
    public static void RequireWithin<T>(this T value, T least, T most, string key) where T : IComparable<T>
    {
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return;
        throw new ConfigurationException(
            string.Create(CultureInfo.InvariantCulture, $"Configuration key '{key}' is {value}; it must be from {least} to {most}."));
    }
}
