using JobScheduler.Domain.Executions;
using JobScheduler.Host.Api.Commands;
using JobScheduler.Projections.Executions;

namespace JobScheduler.Host.Api.Executions;

/// <summary>An execution, open or ended.</summary>
/// <param name="ExecutionTime">When the last attempt that has ended began; before, and when none was made, the instant it is scheduled for.</param>
/// <param name="Success">true when completed, null while open, else false.</param>
/// <param name="Attempts">How many have ended.</param>
/// <param name="LatenessMs">From the instant the last attempt was due to its beginning.</param>
/// <param name="RetryAt">When the next attempt is due; null: none is.</param>
/// <param name="RecordedAt">When its outcome was; while it is open, when it was claimed.</param>
internal sealed record ExecutionView(
    Guid ExecutionId,
    Guid JobId,
    DateTimeOffset ExecutionTime,
    int? StatusCode,
    double? DurationMs,
    bool? Success,
    DateTimeOffset ScheduledFor,
    ExecutionStatus Status,
    ExecutionTrigger Trigger,
    int Attempts,
    double? LatenessMs,
    FailureKind? Failure,
    string? Error,
    string? Response,
    SkipReason? SkipReason,
    DateTimeOffset? RetryAt,
    DateTimeOffset RecordedAt)
{
    public static ExecutionView Of(ExecutionRow row) => new(
        row.Id,
        row.JobId,
        row.StartedAt ?? row.ScheduledFor,
        row.StatusCode,
        row.DurationMs,
        SuccessOf(row.Status),
        row.ScheduledFor,
        row.Status,
        row.Trigger,
        row.Attempts,
        row.LatenessMs,
        row.Failure,
        row.Error,
        row.Response,
        row.SkipReason,
        row.RetryAt,
        row.RecordedAt);

    public static bool? SuccessOf(ExecutionStatus status) => status == ExecutionStatus.Open ? null : status == ExecutionStatus.Completed;
}

/// <summary>An execution with its attempts; the fields beside them are those of the last.</summary>
/// <param name="ReplayOf">The execution that it repeats; null: none.</param>
/// <param name="JobVersion">The version of its job that it is run with, if it is a replay; null: the newest.</param>
internal sealed record ExecutionDetail(
    Guid ExecutionId,
    Guid JobId,
    DateTimeOffset ExecutionTime,
    int? StatusCode,
    double? DurationMs,
    bool? Success,
    DateTimeOffset ScheduledFor,
    ExecutionStatus Status,
    ExecutionTrigger Trigger,
    IReadOnlyList<AttemptView> Attempts,
    double? LatenessMs,
    FailureKind? Failure,
    string? Error,
    string? Response,
    SkipReason? SkipReason,
    DateTimeOffset? RetryAt,
    DateTimeOffset RecordedAt,
    Guid? ReplayOf,
    long? JobVersion)
{
    public static ExecutionDetail Of(Guid id, Folded<Execution> execution)
    {
        var (state, last) = (execution.State, execution.State.Attempts is [.., var latest] ? latest : null);
        return new(
            id,
            state.JobId,
            last?.StartedAt ?? state.ScheduledFor,
            last?.StatusCode,
            last?.DurationMs,
            ExecutionView.SuccessOf(state.Status),
            state.ScheduledFor,
            state.Status,
            state.Trigger,
            [.. state.Attempts.Select(AttemptView.Of)],
            last?.LatenessMs,
            last?.Failure,
            last?.Error,
            last?.Response,
            state.SkipReason,
            state.RetryAt,
            execution.UpdatedAt,
            state.ReplayOf,
            state.JobVersion);
    }
}

/// <param name="Attempt">From 1.</param>
/// <param name="ConnectMs">From its beginning until there was a connection; null when one was there, made ahead or kept, or none came.</param>
/// <param name="FirstByteMs">From its beginning until the answer's headers were there; null when none came.</param>
/// <param name="ContentType">Of the answer.</param>
internal sealed record AttemptView(
    int Attempt,
    DateTimeOffset StartedAt,
    double DurationMs,
    double LatenessMs,
    int? StatusCode,
    FailureKind? Failure,
    string? Error,
    string? Response,
    double? ConnectMs,
    double? FirstByteMs,
    string? ContentType)
{
    public static AttemptView Of(AttemptResult r) => new(
        r.Attempt, r.StartedAt, r.DurationMs, r.LatenessMs, r.StatusCode, r.Failure, r.Error, r.Response, r.ConnectMs, r.FirstByteMs, r.ContentType);
}
