using System.Globalization;
using JobScheduler.Domain.Schedules;
using JobScheduler.Host.Api.Explaining;

namespace JobScheduler.Host.Dashboard.JobParts;

/// <summary>Times on the clock of a job's zone, as fields for a date and time take and give them.</summary>
internal static class ZonedTime
{
    /// <summary>UTC when this machine does not know the zone.</summary>
    public static TimeZoneInfo ZoneOf(Schedule schedule) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>An instant, or a time on the clock of the zone; <c>null</c> when it is neither.</summary>
    public static DateTimeOffset? Parse(string? text, TimeZoneInfo zone) =>
        !string.IsNullOrEmpty(text) && AskedTime.TryParse(text, out var asked) ? asked!.Value.In(zone) : null;

    /// <summary>For the value of such a field; to the second.</summary>
    public static string? Field(DateTimeOffset? instant, TimeZoneInfo zone) => Text(instant, zone, "yyyy-MM-dd'T'HH:mm:ss");

    /// <summary>For people, such as <c>Mon 23 Nov 2026 06:00:00</c>.</summary>
    public static string? Words(DateTimeOffset? instant, TimeZoneInfo zone) => Text(instant, zone, "ddd d MMM yyyy HH:mm:ss");

    /// <summary>The instant at which a day begins there.</summary>
    public static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone) => WallClock.InstantOf(day.ToDateTime(TimeOnly.MinValue), zone);

    public static DateOnly DayOf(DateTimeOffset instant, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    private static string? Text(DateTimeOffset? instant, TimeZoneInfo zone, string form) =>
        instant is { } at ? TimeZoneInfo.ConvertTime(at, zone).ToString(form, CultureInfo.InvariantCulture) : null;
}
