using System.Text.Json.Serialization;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Domain.Executions;

// The events of an execution's stream. These records are a storage format: change them additively, or add an upcaster and a
// line in the changelog. Their stored names stand in EventCatalog. They are kept small: there are millions of them.

/// <summary>An event of an execution's stream.</summary>
public abstract record ExecutionEvent(Guid JobId);

/// <summary>The claim of a due occurrence: from here on it will be attempted until it has an outcome.</summary>
/// <param name="ScheduledFor">The instant it is due.</param>
/// <param name="NextExecutionTime">The job's occurrence after this one, as far as was known.</param>
public sealed record ExecutionScheduled(Guid JobId, DateTimeOffset ScheduledFor, DateTimeOffset? NextExecutionTime = null)
    : ExecutionEvent(JobId);

/// <summary>Somebody asked for a run now. It is a claim like <see cref="ExecutionScheduled"/>.</summary>
/// <param name="ScheduledFor">When it was asked for.</param>
/// <param name="ReplayOf">The execution that it repeats; <c>null</c>: none.</param>
/// <param name="JobVersion">It is run as the job was at this version; <c>null</c>: as the job is.</param>
public sealed record ExecutionRequested(Guid JobId, DateTimeOffset ScheduledFor, Guid? ReplayOf = null, long? JobVersion = null)
    : ExecutionEvent(JobId);

/// <summary>
/// The call of an <see cref="DeliveryType.AtMostOnce"/> job is about to be made: recorded before it, by one node only, so that it is made once.
/// </summary>
public sealed record ExecutionStarted(Guid JobId, DateTimeOffset ScheduledFor) : ExecutionEvent(JobId);

/// <summary>The last attempt succeeded. Terminal.</summary>
public sealed record ExecutionCompleted(Guid JobId, DateTimeOffset ScheduledFor, ExecutionTrigger Trigger, AttemptResult Result)
    : ExecutionEvent(JobId);

/// <summary>An attempt failed and another will be made.</summary>
public sealed record ExecutionAttemptFailed(Guid JobId, DateTimeOffset ScheduledFor, AttemptResult Result, DateTimeOffset RetryAt)
    : ExecutionEvent(JobId);

/// <summary>The last attempt failed, and no other will be made. Terminal.</summary>
public sealed record ExecutionFailed(Guid JobId, DateTimeOffset ScheduledFor, ExecutionTrigger Trigger, AttemptResult Result)
    : ExecutionEvent(JobId);

/// <summary>The claimed occurrence was not sent. Terminal.</summary>
public sealed record ExecutionSkipped(Guid JobId, DateTimeOffset ScheduledFor, ExecutionTrigger Trigger, SkipReason Reason)
    : ExecutionEvent(JobId);

/// <summary>
/// Occurrences that nobody ran, recorded as one. It is the only event of its stream, whose id is that of the first missed
/// occurrence. Terminal for them all.
/// </summary>
/// <param name="From">The first missed instant.</param>
/// <param name="To">The last missed instant.</param>
/// <param name="Count">How many occurrences were due from the first to the last, both included.</param>
public sealed record JobOccurrencesMissed(Guid JobId, DateTimeOffset From, DateTimeOffset To, long Count, MissedReason Reason)
    : ExecutionEvent(JobId);

public enum ExecutionTrigger
{
    [JsonStringEnumMemberName("SCHEDULE")]
    Schedule,

    [JsonStringEnumMemberName("MANUAL")]
    Manual,
}

public enum SkipReason
{
    [JsonStringEnumMemberName("JOB_CHANGED")]
    JobChanged,

    [JsonStringEnumMemberName("JOB_PAUSED")]
    JobPaused,

    [JsonStringEnumMemberName("JOB_DELETED")]
    JobDeleted,

    /// <summary>An earlier run was still open, and the job's overlap policy is SKIP, or QUEUE with one waiting already.</summary>
    [JsonStringEnumMemberName("PREVIOUS_RUN_OPEN")]
    PreviousRunOpen,
}

public enum MissedReason
{
    /// <summary>No scheduler was running, or it could not reach PostgreSQL.</summary>
    [JsonStringEnumMemberName("SCHEDULER_DOWN")]
    SchedulerDown,

    /// <summary>The scheduler ran, but later than the misfire grace.</summary>
    [JsonStringEnumMemberName("SCHEDULER_LATE")]
    SchedulerLate,

    /// <summary>Too many runs to the job's host were open already, for longer than the misfire grace.</summary>
    [JsonStringEnumMemberName("BACKLOG")]
    Backlog,

    /// <summary>The schedule was changed before the scheduler, which was down, could run them.</summary>
    [JsonStringEnumMemberName("SCHEDULE_SUPERSEDED")]
    ScheduleSuperseded,

    /// <summary>The clock was set forward past them, or the machine slept.</summary>
    [JsonStringEnumMemberName("CLOCK_JUMPED")]
    ClockJumped,
}
