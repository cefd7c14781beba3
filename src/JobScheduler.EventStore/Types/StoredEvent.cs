namespace JobScheduler.EventStore;

/// <summary>An event as the log holds it.</summary>
/// <param name="Sequence">Its place in the whole log, from 1; ascending in commit order, with gaps where an append failed.</param>
/// <param name="Id">The event's own id.</param>
/// <param name="StreamId">Its stream.</param>
/// <param name="Version">Its place in the stream, from 1 without a gap.</param>
/// <param name="Timestamp">When it was appended, in whole microseconds, UTC; the same for all events of a commit.</param>
/// <param name="Type">Its registered type.</param>
/// <param name="Data">The event.</param>
/// <param name="Metadata">Why it came about.</param>
public sealed record StoredEvent(
    long Sequence, Guid Id, Guid StreamId, long Version, DateTimeOffset Timestamp, EventType Type, object Data, EventMetadata Metadata);
