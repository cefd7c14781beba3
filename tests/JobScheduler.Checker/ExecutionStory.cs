using JobScheduler.Domain.Executions;

namespace JobScheduler.Checker;

/// <summary>A claimed execution: what its stream says, and which calls of it arrived.</summary>
internal sealed class ExecutionStory
{
    public ExecutionStory(Guid id, IReadOnlyList<LogEntry> stream, IReadOnlyList<Arrival> arrivals)
    {
        Id = id;
        Claim = stream[0];
        (JobId, ScheduledFor, IsManual) = Claim.Data switch
        {
            ExecutionScheduled e => (e.JobId, e.ScheduledFor, false),
            ExecutionRequested e => (e.JobId, e.ScheduledFor, true),
            var other => throw new InvalidOperationException($"{other.GetType().Name} begins no execution."),
        };
        Arrivals = [.. arrivals.OrderBy(a => a.ArrivedAt)];
        FailedAttempts = stream.Select(e => e.Data).OfType<ExecutionAttemptFailed>().ToDictionary(e => e.Result.Attempt);
        End = stream.LastOrDefault(e => e.Data is ExecutionCompleted or ExecutionFailed or ExecutionSkipped);
    }

    public Guid Id { get; }

    public Guid JobId { get; }

    public DateTimeOffset ScheduledFor { get; }

    public bool IsManual { get; }

    public LogEntry Claim { get; }

    public IReadOnlyList<Arrival> Arrivals { get; }

    /// <summary>By attempt: those that another was to follow.</summary>
    public IReadOnlyDictionary<int, ExecutionAttemptFailed> FailedAttempts { get; }

    /// <summary>The outcome; <c>null</c>: it is open.</summary>
    public LogEntry? End { get; }

    public SkipReason? Skipped => (End?.Data as ExecutionSkipped)?.Reason;

    /// <summary>How the last attempt went; <c>null</c>: there was none, or it is not recorded.</summary>
    public AttemptResult? LastResult => End?.Data switch
    {
        ExecutionCompleted e => e.Result,
        ExecutionFailed e => e.Result,
        _ => null,
    };

    /// <summary>When this attempt was to be made; <c>null</c>: by the log, it was not to be made.</summary>
    public DateTimeOffset? DueAt(int attempt) =>
        attempt == 1 ? ScheduledFor : FailedAttempts.TryGetValue(attempt - 1, out var failed) ? failed.RetryAt : null;
}
