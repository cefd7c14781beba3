namespace JobScheduler.EventStore;

/// <summary>A stretch of the log as it is looked back upon.</summary>
/// <param name="Events">Newest first.</param>
/// <param name="Before">The sequence that was looked back from: events from it on were left out.</param>
/// <param name="Reached">
/// The lowest sequence that was looked at; to look further back, look before it. 1 or less: the log's beginning.
/// </param>
public sealed record PastPage(IReadOnlyList<StoredEvent> Events, long Before, long Reached);

/// <summary>Which events of the log are wanted; all, unless something is said.</summary>
/// <param name="Types">Of these stored type names; null: of all.</param>
/// <param name="About">That have to do with this; null: with whatever.</param>
public sealed record EventFilter(IReadOnlyCollection<string>? Types = null, EventSubject? About = null);

/// <summary>What events have to do with.</summary>
/// <param name="Streams">Events of these streams,</param>
/// <param name="Data">and events whose data have these members, whatever else they have: a JSON object.</param>
public sealed record EventSubject(IReadOnlyCollection<Guid> Streams, string Data);
