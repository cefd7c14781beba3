namespace JobScheduler.Domain.Schedules;

/// <summary>When a job is due: on a cron expression or once, at one instant. Exactly one of the two is given.</summary>
/// <param name="Cron">Five fields, six with seconds, or a macro such as <c>@hourly</c>; <c>null</c> for a one-off.</param>
/// <param name="RunAt">The instant of a one-off, in whole milliseconds; <c>null</c> for a cron schedule.</param>
/// <param name="TimeZone">The IANA id of the zone that the cron expression is read in.</param>
/// <param name="StartAt">No occurrence is earlier; <c>null</c>: no such bound.</param>
/// <param name="EndAt">No occurrence is later; <c>null</c>: no such bound.</param>
public sealed record Schedule(
    string? Cron,
    DateTimeOffset? RunAt = null,
    string TimeZone = Schedule.Utc,
    DateTimeOffset? StartAt = null,
    DateTimeOffset? EndAt = null)
{
    public const string Utc = "UTC";

    /// <summary>A job is due at this rate at the most: cron instants are whole seconds.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);
}
