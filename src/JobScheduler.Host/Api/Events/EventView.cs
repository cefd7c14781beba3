using System.Text.Json;
using JobScheduler.EventStore;
using JobScheduler.Host.Api.Wire;

namespace JobScheduler.Host.Api.Events;

/// <summary>An event as the log holds it.</summary>
/// <param name="Sequence">Its place in the whole log; ascending, with gaps.</param>
/// <param name="Version">Its place in its stream, from 1.</param>
/// <param name="CorrelationId">The trace id of the request that led to it.</param>
/// <param name="CausationId">The command or event that caused it.</param>
/// <param name="Headers">Who did it and through what.</param>
internal sealed record EventView(
    long Sequence,
    Guid Id,
    Guid StreamId,
    string StreamType,
    long Version,
    string Type,
    DateTimeOffset Timestamp,
    JsonElement Data,
    string? CorrelationId,
    string? CausationId,
    IReadOnlyDictionary<string, string>? Headers)
{
    public static EventView Of(StoredEvent e) => new(
        e.Sequence,
        e.Id,
        e.StreamId,
        e.Type.StreamType,
        e.Version,
        e.Type.Name,
        e.Timestamp,
        JsonSerializer.SerializeToElement(e.Data, WireJson.Camel.GetTypeInfo(e.Type.ClrType)),
        e.Metadata.CorrelationId,
        e.Metadata.CausationId,
        e.Metadata.Headers);
}

/// <param name="Events">In the log's order.</param>
/// <param name="Next">What <c>after</c> is to go on from here.</param>
internal sealed record EventPage(IReadOnlyList<EventView> Events, long Next);
