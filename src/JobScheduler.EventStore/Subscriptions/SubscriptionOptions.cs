namespace JobScheduler.EventStore;

/// <summary>Settings of one <see cref="Subscription"/>.</summary>
public sealed record SubscriptionOptions
{
    /// <summary>Events handed over at once, at most. From 1; the default is 500.</summary>
    public int BatchSize { get; init; } = 500;

    /// <summary>How often to look for events even though none was announced. More than 0; the default is 5 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often at most the checkpoint is saved while only events of other types pass. From 0; the default is 5 s.</summary>
    public TimeSpan IdleSaveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after the first failure; each further one doubles it. More than 0; the default is 200 ms.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two tries. From <see cref="FirstRetryDelay"/>; the default is 30 s.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where to begin, exclusive, when there is no checkpoint yet. From 0; the default is 0, the log's beginning.</summary>
    public long StartAfter { get; init; }

    /// <exception cref="ArgumentException">An option is out of its documented range.</exception>
    internal SubscriptionOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(IdleSaveInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FirstRetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestRetryDelay, FirstRetryDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(StartAfter, 0);
        return this;
    }
}
