using JobScheduler.Domain.Executions;

namespace JobScheduler.Projections.Executions;

/// <summary>An execution, open or ended.</summary>
/// <param name="StartedAt">Of the last attempt; <c>null</c> when none has ended.</param>
/// <param name="Attempts">Attempts that have ended.</param>
/// <param name="RecordedAt">When the outcome was recorded; while open, when it was claimed.</param>
public sealed record ExecutionRow(
    Guid Id,
    Guid JobId,
    DateTimeOffset ScheduledFor,
    ExecutionTrigger Trigger,
    ExecutionStatus Status,
    DateTimeOffset RecordedAt,
    DateTimeOffset? StartedAt,
    double? DurationMs,
    double? LatenessMs,
    int Attempts,
    int? StatusCode,
    FailureKind? Failure,
    string? Error,
    string? Response,
    SkipReason? SkipReason,
    DateTimeOffset? RetryAt);

/// <summary>How an execution ended, and how long its last attempt took.</summary>
public sealed record PastOutcome(ExecutionStatus Status, double? DurationMs);

/// <summary>A claim without an outcome.</summary>
/// <param name="Attempts">Attempts that have failed.</param>
/// <param name="RetryAt">When the next attempt is due; <c>null</c>: at <paramref name="ScheduledFor"/>.</param>
/// <param name="Started">Its call may have been made; only noted of jobs that are never sent twice.</param>
/// <param name="JobVersion">The version of its job that it is to be run with; <c>null</c>: the newest.</param>
public sealed record OpenExecution(
    Guid Id,
    Guid JobId,
    DateTimeOffset ScheduledFor,
    ExecutionTrigger Trigger,
    DateTimeOffset ClaimedAt,
    int Attempts,
    DateTimeOffset? RetryAt,
    bool Started,
    long? JobVersion = null)
{
    /// <summary>Of its stream.</summary>
    public long Version => 1 + Attempts + (Started ? 1 : 0);
}

/// <summary>A row of <c>missed_occurrences</c>.</summary>
public sealed record MissedRow(
    Guid Id, Guid JobId, DateTimeOffset FirstAt, DateTimeOffset LastAt, long Count, MissedReason Reason, DateTimeOffset RecordedAt);

/// <summary>Sums over all jobs.</summary>
public sealed record ExecutionTotals(long Successes, long Failures, long Skipped, long Missed);
