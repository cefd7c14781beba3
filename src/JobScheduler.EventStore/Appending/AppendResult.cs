namespace JobScheduler.EventStore;

/// <summary>How an append ended.</summary>
public abstract record AppendResult
{
    private AppendResult() { }

    /// <summary>Committed durably.</summary>
    /// <param name="Events">Of all streams of the request, in the order given.</param>
    public sealed record Appended(IReadOnlyList<StoredEvent> Events) : AppendResult;

    /// <summary>Nothing of the request was appended: a stream was not as expected.</summary>
    /// <param name="StreamId">The first such stream of the request.</param>
    /// <param name="Expected">What was presumed of it.</param>
    /// <param name="ActualVersion">The version it has; 0 when it does not exist.</param>
    public sealed record Conflict(Guid StreamId, ExpectedVersion Expected, long ActualVersion) : AppendResult;
}
