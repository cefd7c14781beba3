using System.Globalization;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Explaining;

/// <summary>The clock of a zone, and the days on which it is set.</summary>
internal static class WallClock
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.FFFzzz";

    public static string TextOf(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>
    /// The instant at which the clock shows this: the first, if it does so twice; if it jumps over it, the instant of the jump, at which
    /// schedules run what falls in between.
    /// </summary>
    public static DateTimeOffset InstantOf(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local) && ChangeAround(new DateTimeOffset(local, zone.BaseUtcOffset), zone) is var (change, _, _)) return change;
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>What the clock did on the day of <paramref name="at"/>, and what schedules make of it; <c>null</c>: nothing.</summary>
    public static string? ChangeOn(DateTimeOffset at, TimeZoneInfo zone)
    {
        if (ChangeAround(at, zone) is not (var change, var before, var after)) return null;
        var (from, to) = (Time(change + before), Time(change + after));
        return after > before
            ? $"That day the clock was set forward from {from} to {to}, at {InstantText.Of(change)}: no time in between was shown, and what a schedule has there runs once, at that instant."
            : $"That day the clock was set back from {from} to {to}, at {InstantText.Of(change)}: the times in between came twice, and a schedule with a fixed time of day runs at the first only.";
    }

    private static string Time(DateTimeOffset shifted) => shifted.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The change of the zone's offset on the local day of an instant, to the second.</summary>
    private static (DateTimeOffset At, TimeSpan Before, TimeSpan After)? ChangeAround(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var low = Whole(local - local.TimeOfDay - TimeSpan.FromHours(2));
        var high = low + TimeSpan.FromHours(28);
        var (before, after) = (zone.GetUtcOffset(low), zone.GetUtcOffset(high));
        if (before == after) return null;
        while (high - low > TimeSpan.FromSeconds(1))
        {
            var middle = Whole(low + ((high - low) / 2));
            if (zone.GetUtcOffset(middle) == before) low = middle;
            else high = middle;
        }

        return (high, before, after);
    }

    private static DateTimeOffset Whole(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
