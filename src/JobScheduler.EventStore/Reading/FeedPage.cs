namespace JobScheduler.EventStore;

/// <summary>A stretch of the log.</summary>
/// <param name="Events">In log order.</param>
/// <param name="Position">
/// How far the log was scanned, to go on from: the last event's sequence when the page is full, else the high-water mark, so that a
/// filtered reader advances past what it does not want.
/// </param>
public sealed record FeedPage(IReadOnlyList<StoredEvent> Events, long Position)
{
    /// <param name="mark">The high-water mark from before the events were read.</param>
    internal static FeedPage Of(IReadOnlyList<StoredEvent> events, long after, int limit, long mark)
    {
        var last = events.Count > 0 ? events[^1].Sequence : after;
        return new(events, events.Count == limit ? last : Math.Max(last, mark));
    }
}
