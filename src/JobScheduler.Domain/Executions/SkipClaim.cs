using JobScheduler.Domain.Jobs;
using JobScheduler.Domain.Schedules;

namespace JobScheduler.Domain.Executions;

/// <summary>Decides whether a claimed run that was not sent yet must not be sent any more, because its job changed.</summary>
public static class SkipClaim
{
    /// <param name="attempt">The next one's number; from 2 on the occurrence has begun, and only the job's deletion ends it.</param>
    /// <param name="state">The job's now.</param>
    /// <param name="timetable">The job's now.</param>
    /// <param name="changedAt">When the job took on this state and timetable; what was due up to then stays due.</param>
    /// <returns>Why it must not; <c>null</c>: it is to be sent.</returns>
    public static SkipReason? Decide(Claim claim, int attempt, JobState state, Timetable timetable, DateTimeOffset changedAt)
    {
        var hasBegun = attempt > 1;
        if (state == JobState.Deleted && (hasBegun || claim.ScheduledFor > changedAt)) return SkipReason.JobDeleted;
        if (hasBegun || claim.Trigger == ExecutionTrigger.Manual || claim.ScheduledFor <= changedAt) return null;
        if (state == JobState.Paused) return SkipReason.JobPaused;
        return timetable.Includes(claim.ScheduledFor) ? null : SkipReason.JobChanged;
    }
}
