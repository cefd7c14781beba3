using System.Text.Json.Serialization;

namespace JobScheduler.Domain.Executions;

public enum ExecutionStatus
{
    /// <summary>Claimed: due soon, being sent, or waiting for a retry.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open,

    [JsonStringEnumMemberName("COMPLETED")]
    Completed,

    [JsonStringEnumMemberName("FAILED")]
    Failed,

    [JsonStringEnumMemberName("SKIPPED")]
    Skipped,

    [JsonStringEnumMemberName("MISSED")]
    Missed,
}

/// <summary>An execution as its events tell it.</summary>
/// <param name="Started">Its call may have been made; only noted of jobs that are never sent twice.</param>
/// <param name="ReplayOf">The execution that it repeats; <c>null</c>: none.</param>
/// <param name="JobVersion">The version of its job that it is run with; <c>null</c>: the newest.</param>
public sealed record Execution(
    Guid JobId,
    DateTimeOffset ScheduledFor,
    ExecutionTrigger Trigger,
    ExecutionStatus Status,
    IReadOnlyList<AttemptResult> Attempts,
    DateTimeOffset? RetryAt = null,
    SkipReason? SkipReason = null,
    bool Started = false,
    Guid? ReplayOf = null,
    long? JobVersion = null)
{
    /// <summary>The execution after <paramref name="event"/>.</summary>
    /// <exception cref="InvalidOperationException">The event cannot follow: the stream is not an execution's, or broken.</exception>
    public static Execution Evolve(Execution? execution, ExecutionEvent @event) => (execution, @event) switch
    {
        (null, ExecutionScheduled e) => new(e.JobId, e.ScheduledFor, ExecutionTrigger.Schedule, ExecutionStatus.Open, []),
        (null, ExecutionRequested e) =>
            new(e.JobId, e.ScheduledFor, ExecutionTrigger.Manual, ExecutionStatus.Open, [], ReplayOf: e.ReplayOf, JobVersion: e.JobVersion),
        (null, JobOccurrencesMissed e) => new(e.JobId, e.From, ExecutionTrigger.Schedule, ExecutionStatus.Missed, []),
        ({ Status: ExecutionStatus.Open, Started: false } x, ExecutionStarted) => x with { Started = true },
        ({ Status: ExecutionStatus.Open } x, ExecutionAttemptFailed e) => x.With(e.Result, ExecutionStatus.Open) with { RetryAt = e.RetryAt },
        ({ Status: ExecutionStatus.Open } x, ExecutionCompleted e) => x.With(e.Result, ExecutionStatus.Completed),
        ({ Status: ExecutionStatus.Open } x, ExecutionFailed e) => x.With(e.Result, ExecutionStatus.Failed),
        ({ Status: ExecutionStatus.Open } x, ExecutionSkipped e) =>
            x with { Status = ExecutionStatus.Skipped, RetryAt = null, SkipReason = e.Reason },
        _ => throw new InvalidOperationException($"{@event.GetType().Name} cannot follow in this execution's stream."),
    };

    private Execution With(AttemptResult result, ExecutionStatus status) =>
        this with { Attempts = [.. Attempts, result], Status = status, RetryAt = null };
}
