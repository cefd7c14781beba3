using System.Globalization;
using System.Text;

namespace JobScheduler.Host.Api.Wire;

/// <summary>Instants as they stand on the wire: ISO 8601 in UTC with milliseconds, such as <c>2026-11-21T12:00:05.000Z</c>.</summary>
internal static class InstantText
{
    public const string Example = "Give an instant in ISO 8601 with its offset, such as \"2026-11-21T12:00:05Z\" or \"2026-11-21T13:00:05+01:00\"";

    /// <summary>Bytes that <see cref="Write"/> needs, being more than it writes.</summary>
    public const int Room = 28;

    private const int Length = 24;

    private static readonly string[] Read = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    public static string Of(DateTimeOffset instant) => Encoding.ASCII.GetString(Write(instant, stackalloc byte[Room]));

    /// <summary>As <see cref="Of"/>, as UTF-8 at the start of <paramref name="room"/>.</summary>
    /// <param name="room">At least <see cref="Room"/> bytes.</param>
    public static ReadOnlySpan<byte> Write(DateTimeOffset instant, Span<byte> room)
    {
        // The round-trip form is written several times faster than a custom one; it goes on to ten millionths of a second.
        instant.UtcDateTime.TryFormat(room, out _, "O", CultureInfo.InvariantCulture);
        room[Length - 1] = (byte)'Z';
        return room[..Length];
    }

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
