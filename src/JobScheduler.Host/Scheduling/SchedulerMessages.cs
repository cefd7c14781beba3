using JobScheduler.Domain.Executions;
using JobScheduler.Projections.Executions;
using JobScheduler.Projections.Jobs;

namespace JobScheduler.Host.Scheduling;

/// <summary>What the scheduler's thread is told by others.</summary>
internal abstract record SchedulerMessage
{
    private SchedulerMessage() { }

    /// <summary>Jobs have changed; how they were after each change, those of one job in order.</summary>
    public sealed record JobsChanged(IReadOnlyList<JobRow> Jobs) : SchedulerMessage;

    /// <summary>The appends of these claims have ended.</summary>
    public sealed record ClaimsEnded(IReadOnlyList<(Run Run, ClaimOutcome Outcome)> Claims) : SchedulerMessage;

    /// <summary>An attempt has ended, or a run was skipped, and it is recorded; <c>null</c>: another node had recorded the outcome.</summary>
    public sealed record RunRecorded(Run Run, ExecutionEvent? Event) : SchedulerMessage;

    /// <summary>Executions may be open of which this thread does not know: these, or, with <c>null</c>, any that are overdue.</summary>
    public sealed record LookForOpen(IReadOnlyCollection<Guid>? Ids) : SchedulerMessage;

    /// <summary>What a look into the read model gave, each execution with its job, and, if it replays one, with what was done then.</summary>
    public sealed record OpenFound(IReadOnlyList<(OpenExecution Execution, JobRow Job, Work? Replayed)> Executions) : SchedulerMessage;

    /// <summary>The look failed; it is tried again later.</summary>
    public sealed record LookFailed : SchedulerMessage;
}

internal enum ClaimOutcome
{
    Claimed,

    /// <summary>Somebody has claimed the occurrence before, perhaps this process itself.</summary>
    Conflict,

    /// <summary>The event store could not be reached; the claim may or may not have been committed.</summary>
    Unknown,
}
