using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Alerts;

/// <summary>A claimed occurrence without an outcome.</summary>
/// <param name="DueAt">When it is, or was, to be sent: its instant, or its retry's.</param>
public sealed record OpenOccurrence(DateTimeOffset ScheduledFor, DateTimeOffset DueAt);

/// <summary>What tells whether a job runs as it should.</summary>
/// <param name="Timetable"><c>null</c>: this machine cannot read the job's schedule.</param>
/// <param name="DueAfter">Occurrences later than this instant are due on the timetable.</param>
/// <param name="SettledThrough">Its schedule is dealt with up to here, open claims aside; <c>null</c>: not yet at all.</param>
/// <param name="LastRunAt">When its latest ended run, also one by hand, began; <c>null</c>: it never ran.</param>
/// <param name="LastEndedFor">The latest instant that ended as a run, or was skipped for a run that was still open.</param>
/// <param name="Open">Of its schedule, in any order.</param>
public sealed record WatchedJob(
    Guid Id,
    JobState State,
    JobDefinition Definition,
    Timetable? Timetable,
    DateTimeOffset DueAfter,
    DateTimeOffset? SettledThrough,
    DateTimeOffset? LastRunAt,
    DateTimeOffset? LastEndedFor,
    IReadOnlyList<OpenOccurrence> Open);

public enum OverdueCause
{
    /// <summary>Nobody has begun it, or it was recorded as missed.</summary>
    NotRun,

    /// <summary>It was claimed, and its time to end has passed.</summary>
    NoOutcome,

    /// <summary>Its schedule cannot be read.</summary>
    Unreadable,
}

/// <summary>A job that was due and has not run.</summary>
/// <param name="Since">The first instant that it should have run for.</param>
public sealed record OverdueJob(DateTimeOffset Since, OverdueCause Cause);

/// <summary>What a look at a job shows.</summary>
/// <param name="Overdue"><c>null</c>: it is not, or nobody wants to be told.</param>
/// <param name="UnaccountedSince">The first instant past the grace that is neither settled nor claimed; <c>null</c>: none.</param>
/// <param name="NextLook">Before this instant a look shows the same, unless the job is changed or is overdue now.</param>
public sealed record JobLook(OverdueJob? Overdue, DateTimeOffset? UnaccountedSince, DateTimeOffset NextLook)
{
    /// <summary>With a next look at <paramref name="instant"/> at the latest.</summary>
    public JobLook Within(DateTimeOffset instant) => NextLook <= instant ? this : this with { NextLook = instant };
}

/// <summary>Whether jobs run as they should, and when to look again: not before it can have changed, so that many jobs cost little.</summary>
public static class JobWatch
{
    /// <summary>How soon a job is looked at again that is overdue or unaccounted for.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    /// <param name="bound">A job is overdue when it was due this long ago and has not run; <c>null</c>: never. A run under way has its timeout besides.</param>
    /// <param name="grace">An instant this long ago is settled or claimed.</param>
    /// <param name="schedulingSince">Both count from here at the earliest: after an outage there is as long to catch up.</param>
    public static JobLook Look(WatchedJob job, TimeSpan? bound, TimeSpan grace, DateTimeOffset schedulingSince, DateTimeOffset now)
    {
        if (job.State != JobState.Active) return new(null, null, DateTimeOffset.MaxValue);
        var deadlines = new List<DateTimeOffset>();
        var claimed = job.Open.Select(o => o.ScheduledFor).Append(DateTimeOffset.MinValue).Max();
        var overdue = bound is { } allowed ? Overdue(job, allowed, claimed, schedulingSince, now, deadlines) : null;

        DateTimeOffset? unaccounted = null;
        if (FirstAfter(job, Latest(job.DueAfter, job.SettledThrough, claimed)) is { } unsettled)
        {
            var deadline = Latest(unsettled, schedulingSince) + grace;
            if (deadline <= now) unaccounted = unsettled;
            else deadlines.Add(deadline);
        }

        if (overdue is not null || unaccounted is not null) deadlines.Add(now + LookAgainAfter);
        return new(overdue, unaccounted, deadlines.Append(DateTimeOffset.MaxValue).Min());
    }

    /// <summary>Whether a job that is overdue since an instant has run for it or after it, or is no longer due.</summary>
    /// <param name="bound">As in <see cref="Look"/>.</param>
    public static bool IsOver(WatchedJob job, DateTimeOffset since, TimeSpan? bound) =>
        job.State != JobState.Active || bound is null || job.DueAfter > since || job.LastRunAt >= since || job.LastEndedFor >= since;

    private static OverdueJob? Overdue(
        WatchedJob job, TimeSpan bound, DateTimeOffset claimed, DateTimeOffset schedulingSince, DateTimeOffset now, List<DateTimeOffset> deadlines)
    {
        var overdue = new List<OverdueJob>();
        if (FirstAfter(job, Latest(job.DueAfter, job.LastRunAt, job.LastEndedFor, claimed)) is { } unrun)
            Add(new(unrun, job.Timetable is null ? OverdueCause.Unreadable : OverdueCause.NotRun), Latest(unrun, schedulingSince) + bound);

        // Those behind the first wait for it when they queue.
        var open = job.Open.OrderBy(o => o.ScheduledFor).Take(job.Definition.Policy.Overlap == OverlapPolicy.Queue ? 1 : int.MaxValue);
        foreach (var occurrence in open)
            Add(new(occurrence.ScheduledFor, OverdueCause.NoOutcome), Latest(occurrence.DueAt, schedulingSince) + job.Definition.Target.Timeout + bound);

        return overdue.MinBy(o => o.Since);

        void Add(OverdueJob candidate, DateTimeOffset deadline)
        {
            if (deadline <= now) overdue.Add(candidate);
            else deadlines.Add(deadline);
        }
    }

    /// <summary>A schedule that cannot be read is due from its beginning on.</summary>
    private static DateTimeOffset? FirstAfter(WatchedJob job, DateTimeOffset instant) =>
        job.Timetable is null ? job.DueAfter : job.Timetable.NextAfter(instant);

    private static DateTimeOffset Latest(params ReadOnlySpan<DateTimeOffset?> instants)
    {
        var latest = DateTimeOffset.MinValue;
        foreach (var instant in instants)
            if (instant > latest) latest = instant.Value;
        return latest;
    }
}
