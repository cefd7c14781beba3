using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Jobs;

/// <summary>A time in which a job was active on one schedule: its occurrences in (<paramref name="After"/>, <paramref name="UpTo"/>] were due.</summary>
/// <param name="UpTo"><c>null</c>: it lasts.</param>
public sealed record ActivePeriod(Schedule Schedule, DateTimeOffset After, DateTimeOffset? UpTo);

/// <summary>What a job's events say about when it was due.</summary>
public static class JobHistory
{
    /// <summary>Whether the job is due otherwise after the event than before it.</summary>
    public static bool ChangesWhenDue(JobEvent @event) => @event is JobCreated or JobRescheduled or JobPaused or JobResumed or JobDeleted;

    /// <summary>The periods in which the job was active, earliest first; they do not overlap.</summary>
    /// <param name="events">The whole stream, oldest first, each with the instant it was appended.</param>
    public static IReadOnlyList<ActivePeriod> ActivePeriods(IEnumerable<(JobEvent Event, DateTimeOffset At)> events)
    {
        var periods = new List<ActivePeriod>();
        Job? job = null;
        foreach (var (@event, at) in events)
        {
            var before = job;
            job = Job.Evolve(job, @event);
            var wasActive = before?.State == JobState.Active;
            var isActive = job.State == JobState.Active;
            if (wasActive == isActive && before?.Definition.Schedule == job.Definition.Schedule) continue;
            if (wasActive) periods[^1] = periods[^1] with { UpTo = at };
            if (isActive) periods.Add(new(job.Definition.Schedule, at, null));
        }

        return periods;
    }
}
