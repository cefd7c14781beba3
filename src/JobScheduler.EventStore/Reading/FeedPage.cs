namespace JobScheduler.EventStore;

/// <summary>A stretch of the log.</summary>
/// <param name="Events">In log order.</param>
/// <param name="Position">
/// How far the log was scanned, to go on from: the last event's sequence when the page is full, else the high-water mark, so that a
/// filtered reader advances past what it does not want.
/// </param>
public sealed record FeedPage(IReadOnlyList<StoredEvent> Events, long Position);
