namespace JobScheduler.EventStore;

/// <summary>Why an event came about.</summary>
/// <param name="CorrelationId">The trace id of the request that led to it.</param>
/// <param name="CausationId">The event or command that caused it.</param>
/// <param name="Headers">Who did it and through what.</param>
public sealed record EventMetadata(
    string? CorrelationId = null, string? CausationId = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    public static EventMetadata None { get; } = new();
}
