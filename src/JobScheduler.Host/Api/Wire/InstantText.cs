using System.Globalization;

namespace JobScheduler.Host.Api.Wire;

/// <summary>Instants as they stand on the wire: ISO 8601 in UTC with milliseconds, such as <c>2026-11-21T12:00:05.000Z</c>.</summary>
internal static class InstantText
{
    public const string Example = "Give an instant in ISO 8601 with its offset, such as \"2026-11-21T12:00:05Z\" or \"2026-11-21T13:00:05+01:00\"";

    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Read = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Cut to whole milliseconds, in UTC. Text without an offset is refused: it would be a different instant on another machine.</summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (hasOffset && DateTimeOffset.TryParseExact(text, Read, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant))
        {
            instant = ToMilliseconds(instant);
            return true;
        }

        instant = default;
        return false;
    }

    public static DateTimeOffset ToMilliseconds(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
