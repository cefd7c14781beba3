namespace JobScheduler.Checker;

/// <summary>All that was seen from outside of a time of scheduling. All instants are of the one clock of the machine.</summary>
/// <param name="Log">The whole event log, in its order.</param>
/// <param name="Arrivals">The calls that the receivers got.</param>
/// <param name="Webhooks">The alert messages that the sinks took.</param>
/// <param name="Acknowledged">What clients were answered 2xx.</param>
/// <param name="Faults">When what was done to the system.</param>
/// <param name="Until">What was due later is not judged; the system had time to settle what was due up to it.</param>
public sealed record Evidence(
    IReadOnlyList<LogEntry> Log,
    IReadOnlyList<Arrival> Arrivals,
    IReadOnlyList<WebhookArrival> Webhooks,
    IReadOnlyList<Acknowledgement> Acknowledged,
    IReadOnlyList<Fault> Faults,
    DateTimeOffset Until);

/// <summary>An event as it stands in the log.</summary>
public sealed record LogEntry(long Sequence, Guid StreamId, long Version, DateTimeOffset At, object Data);

/// <summary>A call as its receiver saw it.</summary>
/// <param name="Attempt">As the call said, from 1.</param>
/// <param name="EndedAt">When the receiver began to finish its answer, or saw the caller go; <c>null</c>: not yet.</param>
/// <param name="Deserted">The caller went before it was answered, some time before the receiver saw it.</param>
public sealed record Arrival(
    Guid JobId,
    Guid ExecutionId,
    DateTimeOffset ScheduledFor,
    int Attempt,
    DateTimeOffset ArrivedAt,
    DateTimeOffset? EndedAt,
    bool Deserted = false);

/// <summary>An alert message that a sink took.</summary>
public sealed record WebhookArrival(Guid AlertId, DateTimeOffset ArrivedAt);

/// <summary>A change, or a request to run, that a client was told of as done.</summary>
/// <param name="StreamId">Of the job, or of the requested execution.</param>
/// <param name="Version">That the stream had come to; <c>null</c>: it was deleted.</param>
public sealed record Acknowledgement(Guid StreamId, long? Version, DateTimeOffset AnsweredAt);

/// <summary>A time in which something was done to the system that excuses lateness, repeated calls and missed occurrences.</summary>
public sealed record Fault(string Name, DateTimeOffset From, DateTimeOffset To);

/// <summary>What is tolerated.</summary>
public sealed record Bounds
{
    /// <summary>From the instant due to the call's arrival, outside of faults. By default 2 s: tests share few cores.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a fault is felt after its end. By default 5 s.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an execution that is due may stay without an outcome when no call of it is under way. By default 10 s.</summary>
    public TimeSpan OpenGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a change may take from its record to the scheduler's thread: a call that is due so soon after it may still be made.
    /// By default 1 s.
    /// </summary>
    public TimeSpan ChangeReach { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long before its instant an occurrence may be claimed. By default 750 ms, the product's.</summary>
    public TimeSpan ClaimAhead { get; init; } = TimeSpan.FromMilliseconds(750);
}
