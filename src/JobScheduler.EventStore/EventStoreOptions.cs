namespace JobScheduler.EventStore;

/// <summary>Settings of one <see cref="PostgresEventStore"/>.</summary>
public sealed record EventStoreOptions
{
    /// <summary>The schema that holds the log; see <see cref="SchemaName.Validate"/>. The default is <c>jobscheduler</c>.</summary>
    public string Schema { get; init; } = "jobscheduler";

    /// <summary>Requests waiting for the writer; past it, callers wait to enqueue. From 1; the default is 10,000.</summary>
    public int QueueCapacity { get; init; } = 10_000;

    /// <summary>Requests committed together at most. From 1; the default is 1,000.</summary>
    public int MaxBatchRequests { get; init; } = 1_000;

    /// <summary>Events committed together at most, unless one request has more. From 1; the default is 4,000.</summary>
    public int MaxBatchEvents { get; init; } = 4_000;

    /// <summary>
    /// How long an append is retried while PostgreSQL cannot be reached, from its enqueueing. From 0; the default is 30 s.
    /// </summary>
    public TimeSpan AppendRetryFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long disposal waits for what is queued. From 0; the default is 10 s.</summary>
    public TimeSpan FlushFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Other than the default for tests only, which have small logs.</summary>
    internal DirectoryShape Directory { get; init; } = new();

    /// <exception cref="ArgumentException">An option is out of its documented range.</exception>
    internal EventStoreOptions Validated()
    {
        SchemaName.Validate(Schema);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchRequests, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchEvents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AppendRetryFor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(FlushFor, TimeSpan.Zero);
        return this;
    }
}
