using JobScheduler.Domain.Executions;
using JobScheduler.Domain.Jobs;

namespace JobScheduler.Projections.Jobs;

/// <summary>A job as it is now.</summary>
/// <param name="Version">Of its stream; the ETag.</param>
/// <param name="DueAfter">Occurrences later than this instant are due on the definition's schedule.</param>
/// <param name="Progress"><c>null</c> when it never ran.</param>
public sealed record JobRow(
    Guid Id,
    long Version,
    JobState State,
    JobDefinition Definition,
    DateTimeOffset DueAfter,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    JobProgress? Progress);

/// <summary>What has become of a job's executions.</summary>
/// <param name="SettledThrough">Its schedule is dealt with up to here, open claims aside; <c>null</c>: only manual runs so far.</param>
public sealed record JobProgress(
    DateTimeOffset? SettledThrough,
    long Successes,
    long Failures,
    long Skipped,
    long Missed,
    int ConsecutiveFailures,
    Guid? LastExecutionId,
    ExecutionStatus? LastStatus,
    DateTimeOffset? LastExecutionTime,
    int? LastStatusCode,
    double? LastDurationMs);
