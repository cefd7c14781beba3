using JobScheduler.Domain.Executions;
using JobScheduler.EventStore;

namespace JobScheduler.Projections.Executions;

/// <summary>What a terminal event tells of its execution.</summary>
internal sealed record EndedExecution(
    Guid Id,
    Guid JobId,
    DateTimeOffset ScheduledFor,
    ExecutionTrigger Trigger,
    ExecutionStatus Status,
    DateTimeOffset RecordedAt,
    AttemptResult? Result,
    SkipReason? SkipReason)
{
    public static EndedExecution Of(StoredEvent stored) => stored.Data switch
    {
        ExecutionCompleted e => new(
            stored.StreamId, e.JobId, e.ScheduledFor, e.Trigger, ExecutionStatus.Completed, stored.Timestamp, e.Result, null),
        ExecutionFailed e => new(
            stored.StreamId, e.JobId, e.ScheduledFor, e.Trigger, ExecutionStatus.Failed, stored.Timestamp, e.Result, null),
        ExecutionSkipped e => new(
            stored.StreamId, e.JobId, e.ScheduledFor, e.Trigger, ExecutionStatus.Skipped, stored.Timestamp, null, e.Reason),
        _ => throw new InvalidOperationException($"{stored.Type.Name} does not end an execution."),
    };
}
