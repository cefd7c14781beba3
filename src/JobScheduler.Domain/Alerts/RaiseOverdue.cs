using System.Globalization;
using JobScheduler.Domain.Executions;

namespace JobScheduler.Domain.Alerts;

/// <summary>What was recorded as missed since a job is overdue, added up.</summary>
/// <param name="To">The last instant.</param>
/// <param name="Reason">Of the last.</param>
public sealed record MissedSince(long Count, DateTimeOffset To, MissedReason Reason);

/// <summary>Says of a job that was due and has not run what happened.</summary>
public static class RaiseOverdue
{
    /// <param name="missed"><c>null</c>: nothing was recorded as missed.</param>
    public static AlertRaised Decide(WatchedJob job, OverdueJob overdue, MissedSince? missed) => new(
        job.Id,
        null,
        job.Definition.Name,
        job.Definition.Target.Api,
        overdue.Since,
        null,
        null,
        null,
        $"{What(overdue)}: {Why(overdue, missed)}",
        null,
        0,
        0,
        job.Definition.Alerting.Webhook,
        job.LastRunAt is null ? AlertKind.NeverRan : AlertKind.Overdue);

    private static string What(OverdueJob overdue) => overdue.Cause == OverdueCause.Unreadable
        ? "The job is not run"
        : $"The job was due at {Text(overdue.Since)} and has not run";

    private static string Why(OverdueJob overdue, MissedSince? missed) => (overdue.Cause, missed) switch
    {
        (OverdueCause.Unreadable, _) => "its schedule cannot be read on the machine that schedules.",
        (OverdueCause.NoOutcome, _) => "it was claimed and has no outcome.",
        (_, { Count: 1 } m) => $"one occurrence was missed because {Reason(m.Reason)}.",
        (_, { } m) => string.Create(CultureInfo.InvariantCulture, $"{m.Count} occurrences up to {Text(m.To)} were missed because {Reason(m.Reason)}."),
        _ => "nobody has claimed it.",
    };

    private static string Reason(MissedReason reason) => reason switch
    {
        MissedReason.SchedulerDown => "no scheduler was running",
        MissedReason.SchedulerLate => "the scheduler was late",
        MissedReason.Backlog => "too many runs to its host were open",
        MissedReason.ScheduleSuperseded => "the schedule was changed meanwhile",
        MissedReason.ClockJumped => "the clock was set forward past it",
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };

    private static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(instant.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
