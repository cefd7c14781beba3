namespace JobScheduler.EventStore;

/// <summary>Events to append to one stream. The stream's type follows from the events', which must all belong to the same.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Expected">What is presumed of it.</param>
/// <param name="Events">At least one, in order.</param>
public sealed record StreamAppend(Guid StreamId, ExpectedVersion Expected, IReadOnlyList<object> Events);
