namespace JobScheduler.EventStore;

/// <summary>
/// PostgreSQL could not be reached for <see cref="EventStoreOptions.AppendRetryFor"/>, or the store was disposed meanwhile.
/// </summary>
public sealed class EventStoreUnavailableException(bool outcomeUnknown, Exception? cause) : Exception(
    outcomeUnknown
        ? "The event store became unavailable while committing: the events may or may not have been appended."
        : "The event store is unavailable: nothing was appended.",
    cause)
{
    /// <summary>Whether the events may have been appended all the same. When false, they certainly were not.</summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;
}
